import { until } from '#testing';
import { controlSequences } from './control-log.js';
import type { Reply, StandingMesh } from './standing-mesh.js';
import type { Acknowledged, Line, Traffic } from './traffic.js';

interface Entry {
  readonly stream: string;
  readonly sequence: number;
  readonly type: string;
  readonly order_id: string | null;
}

const PAGE = 500;
const CAUGHT_UP_MS = 10_000;
/** Nobody who works for a stopped agent, and nobody but a stopped agent, is ever refused here. */
const HONEST = new Set([
  '200',
  // Nobody listens at this address now.
  '0',
  '503 log_unavailable',
  '503 command_api_unavailable',
  '503 gateway_fenced',
  '503 not_ready',
  // The answer to an earlier try was lost, not its effect.
  '409 already_ended',
]);

const kindOf = ({ status, code }: Line): string =>
  code === null ? `${status}` : `${status} ${code}`;

/** Answers that no outage excuses, and those that took too long. */
export const dishonest = (lines: readonly Line[], withinMs: number): string[] => [
  ...new Set(
    lines
      .filter((line) => !HONEST.has(kindOf(line)) || line.tookMs > withinMs)
      .map((line) => `${line.route}: ${kindOf(line)} after ${Math.round(line.tookMs)} ms`),
  ),
];

/** What was acknowledged and is not there: intents, checkpoints, answers, orders and lifts, one line each. */
export const lostOf = async (mesh: StandingMesh, traffic: Traffic): Promise<string[]> => [
  ...(await intentsLost(mesh, traffic)),
  ...(await ordersLost(mesh, traffic)),
];

const intentsLost = async (mesh: StandingMesh, traffic: Traffic): Promise<string[]> => {
  const lost: (string | null)[] = [];
  for (const [id, acknowledged] of traffic.sent)
    lost.push(lossIn(id, acknowledged, await mesh.admin(`GET /v1/intents/${id}`)));
  return lost.filter((it) => it !== null);
};

const lossIn = (id: string, acknowledged: Acknowledged, { status, body }: Reply): string | null => {
  if (status !== 200) return `intent ${id}: ${status}`;
  const { intent } = body as { intent: { status: string; checkpoint?: { of: string } } };
  if (acknowledged.checkpointed && intent.checkpoint?.of !== id) return `checkpoint of ${id}`;
  if (acknowledged.answered && intent.status !== 'COMPLETED') return `answer of ${id}`;
  return intent.status === 'FAILED' ? `intent ${id} failed` : null;
};

const ordersLost = async (mesh: StandingMesh, traffic: Traffic): Promise<string[]> => {
  const lost: string[] = [];
  for (const { orderId, lifted } of traffic.orders) {
    const { status, body } = await mesh.admin(`GET /v1/mesh/stops/${orderId}`);
    if (status !== 200) lost.push(`order ${orderId}: ${status}`);
    else if (lifted === true && body.lifted === null) lost.push(`lift of ${orderId}`);
    else if (lifted === false && body.lifted !== null) lost.push(`order ${orderId} was lifted`);
  }
  return lost;
};

/** The whole audit once the projection has caught up with every log. */
const auditOf = async (mesh: StandingMesh): Promise<Entry[]> => {
  await until(async () => caughtUp(await mesh.admin('GET /v1/audit/projection')), {
    what: 'the projection to catch up',
    timeoutMs: CAUGHT_UP_MS,
    everyMs: 100,
  });
  const entries: Entry[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await mesh.admin(
      `GET /v1/audit?limit=${PAGE}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    if (page.status !== 200) throw new Error(`a page of the audit: ${JSON.stringify(page)}`);
    entries.push(...(page.body.entries as Entry[]));
    cursor = page.body.next_cursor as string | null;
  }
  return entries;
};

const caughtUp = ({ status, body }: Reply): boolean =>
  status === 200 &&
  (body.streams as { state: string; behind: number }[]).every(
    ({ state, behind }) => state === 'following' && behind === 0,
  );

/** What is wrong with an audit: control events missing or twice, acknowledged orders and lifts that are not in it once. */
export const auditFaults = async (mesh: StandingMesh, traffic: Traffic): Promise<string[]> => {
  const stored = await controlSequences(mesh);
  const control = (await auditOf(mesh)).filter(({ stream }) => stream === 'CONTROL');
  const sequences = new Set(control.map(({ sequence }) => sequence));
  const missing = stored.filter((it) => !sequences.has(it));
  const count = (type: string, orderId: string) =>
    control.filter((entry) => entry.type === type && entry.order_id === orderId).length;
  return [
    ...missing.map((sequence) => `no control event ${sequence}`),
    ...(sequences.size === control.length ? [] : ['control events twice']),
    ...(stored.length === 0 ? ['no control log'] : []),
    ...traffic.orders
      .filter(
        ({ orderId, lifted }) =>
          count('StopOrdered', orderId) !== 1 ||
          (lifted === true && count('StopLifted', orderId) !== 1),
      )
      .map(({ orderId }) => `order ${orderId} or its lift is not in the audit once`),
  ];
};
