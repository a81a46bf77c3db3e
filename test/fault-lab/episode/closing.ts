import { call } from '../mesh/client.js';
import type { LabMesh } from '../mesh/lab-mesh.js';
import type { KeptOrder, LoggedStop } from '../judge/history.js';
import { readStream } from '../nats/jetstream-admin.js';
import type { OrderLog } from '../operators/order-log.js';
import { nowMs, pause, waitFor } from '../time.js';
import type { Stage } from './stage.js';

interface Listed {
  readonly order_id: string;
  readonly committed?: boolean;
  readonly lifted: object | null;
}

const LIFT_MS = 30_000;
const PAGE = 200;

const standing = async (mesh: LabMesh): Promise<string[]> => {
  const [node] = mesh.nodes;
  const key = mesh.credentials.admin_key;
  const route = `GET /v1/mesh/stops?state=standing&limit=${PAGE}`;
  const reply = await call(node?.url ?? '', route, { key });
  if (reply.status !== 200) throw new Error(`${route} answered ${reply.status}`);
  return (reply.body.orders as Listed[]).map(({ order_id: id }) => id);
};

const liftAll = async (mesh: LabMesh): Promise<boolean> => {
  const [node] = mesh.nodes;
  const key = mesh.credentials.admin_key;
  const ids = await standing(mesh);
  for (const id of ids) {
    const body = { reason: 'end of the episode' };
    await call(node?.url ?? '', `POST /v1/mesh/stops/${id}/lift`, { key, body });
  }
  return ids.length === 0;
};

/** Every stop is lifted, also those that nobody was answered about: the next episode begins with a free fleet. */
export const clearOrders = async (mesh: LabMesh, orders: OrderLog): Promise<void> => {
  const sentMs = nowMs();
  await waitFor(() => liftAll(mesh), {
    what: 'every stop can be lifted',
    withinMs: LIFT_MS,
    everyMs: 200,
  });
  orders.allLifted(sentMs, nowMs());
};

/** Each order as the mesh reports it, in the words of any node. */
export const keptOrders = async (mesh: LabMesh, ids: readonly string[]): Promise<KeptOrder[]> => {
  const kept: KeptOrder[] = [];
  for (const orderId of new Set(ids)) {
    const key = mesh.credentials.admin_key;
    const url = mesh.nodes[0]?.url ?? '';
    let reply = await call(url, `GET /v1/mesh/stops/${orderId}`, { key });
    for (let again = 0; reply.status === 0 || reply.status === 503; again += 1) {
      if (again === 10) break;
      await pause(200);
      reply = await call(url, `GET /v1/mesh/stops/${orderId}`, { key });
    }
    const { committed, lifted } = reply.body as unknown as Listed;
    kept.push({
      orderId,
      status: reply.status,
      committed: committed === true,
      lifted: lifted !== null && lifted !== undefined,
    });
  }
  return kept;
};

interface LoggedEvent {
  readonly type?: string;
  readonly data?: { readonly orderId?: string };
}

/** What is not JSON is nobody's stop: somebody wrote it to poison the log. */
const eventIn = (data: Buffer): LoggedEvent => {
  try {
    return JSON.parse(data.toString()) as LoggedEvent;
  } catch {
    return {};
  }
};

/** Stops and lifts as the control log holds them. */
export const loggedStops = (stage: Stage): Promise<LoggedStop[]> =>
  stage.withNats(async (nats) => {
    const stored = await readStream(nats, 'CONTROL', ['control.*.*.stop.*']);
    return stored.flatMap(({ sequence, data }): LoggedStop[] => {
      const event = eventIn(data);
      const orderId = event.data?.orderId ?? '';
      const { type } = event;
      return type === 'StopOrdered' || type === 'StopLifted' ? [{ type, orderId, sequence }] : [];
    });
  });

interface StoredIntent {
  readonly type?: string;
  readonly correlation_id?: string;
  readonly data?: { readonly correlationId?: string };
}

/** What each intent that the work log holds carries. */
export const storedWork = (stage: Stage): Promise<Set<string>> =>
  stage.withNats(async (nats) => {
    const stored = await readStream(nats, 'INTENTS', ['intent.*.*.*.*']);
    const events = stored.map(({ data }) => JSON.parse(data.toString()) as StoredIntent);
    return new Set(events.map((it) => it.data?.correlationId ?? it.correlation_id ?? ''));
  });
