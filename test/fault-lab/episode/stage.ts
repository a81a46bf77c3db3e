import { labLogin, serviceLogin } from '../mesh/access.js';
import { call } from '../mesh/client.js';
import type { Fleet, Target } from '../mesh/fleet.js';
import type { LabMesh } from '../mesh/lab-mesh.js';
import { RawNats } from '../nats/raw-nats.js';
import { jsApi, leaderOf } from '../nats/jetstream-admin.js';
import type { Forgery, Trouble } from '../judge/history.js';
import { Operator } from '../operators/operator.js';
import type { OrderLog } from '../operators/order-log.js';
import type { Random } from '../random.js';
import { nowMs, pause, waitFor } from '../time.js';

export type TroubleTerms = Partial<
  Pick<Trouble, 'gateways' | 'cutOff' | 'nodes' | 'logs'> & { until(): Promise<void> }
>;

export interface Fault {
  begin(): Promise<void>;
  readonly lastMs?: number;
  during?(): Promise<void>;
  heal(): Promise<void>;
}

export interface StageParts {
  readonly mesh: LabMesh;
  readonly fleet: Fleet;
  readonly random: Random;
  readonly orders: OrderLog;
}

const WATCH_MS = 4000;
const NEVER = { healingMs: Infinity, toMs: Infinity };
const UNTOUCHED = { gateways: [], cutOff: [], nodes: [], logs: false };
const LEADER_MS = 30_000;
/** Everything whose leader the mesh needs for its work. */
const LOGS = ['CONTROL', 'INTENTS', 'ACTIVITY', 'KV_IDEMPOTENCY'];

interface DoctorNode {
  readonly name: string;
  readonly state: string;
}

/** By the word of each node about itself and all others. */
const nodesAreReady = async ({ nodes, credentials }: LabMesh): Promise<boolean> => {
  for (const { url } of nodes) {
    const reply = await call(url, 'GET /v1/mesh/doctor', { key: credentials.admin_key });
    const said = (reply.body.nodes ?? []) as readonly DoctorNode[];
    const ready = said.filter(({ state }) => state === 'ready').length;
    if (reply.status !== 200 || ready < nodes.length) return false;
  }
  return true;
};

/** What a row has at hand: the mesh, chance, and the book in which troubles are written for the judge. */
export class Stage {
  readonly mesh: LabMesh;
  readonly fleet: Fleet;
  readonly random: Random;
  readonly orders: OrderLog;
  readonly troubles: Trouble[] = [];
  readonly forgeries: Forgery[] = [];

  constructor(parts: StageParts) {
    ({ mesh: this.mesh, fleet: this.fleet, random: this.random, orders: this.orders } = parts);
  }

  /**
   * Brings a fault about, lets it last, and heals it; the judge gets to know from when to when, and whom it touches.
   *
   * It lasts for `lastMs` once it is in force, or as long as what is done `during` it.
   */
  async trouble(what: string, fault: Fault, terms: TroubleTerms = {}): Promise<void> {
    const { until, ...touched } = terms;
    const fromMs = nowMs();
    const book = { ...UNTOUCHED, ...touched, what, fromMs };
    const at = this.troubles.push({ ...book, inForceMs: fromMs, ...NEVER }) - 1;
    await fault.begin();
    const inForceMs = nowMs();
    this.troubles[at] = { ...book, inForceMs, ...NEVER };
    await (fault.during?.() ?? pause(fault.lastMs ?? 0));
    const healingMs = nowMs();
    await fault.heal();
    await until?.();
    this.troubles[at] = { ...book, inForceMs, healingMs, toMs: nowMs() };
  }

  /** Resolves when each log has a leader. */
  logsLed(): Promise<void> {
    return waitFor(
      () =>
        this.withNats(async (nats) => {
          const leaders = await Promise.all(LOGS.map((log) => leaderOf(nats, log)));
          return leaders.every((leader) => leader !== null);
        }),
      { what: 'every log has a leader', withinMs: LEADER_MS, everyMs: 50 },
    );
  }

  /** Somebody who stops and lifts these targets, once begun, until it is ended. */
  operator(name: string, targets: readonly Target[], mode = 'halt'): Operator {
    const { nodes, gateways, credentials } = this.mesh;
    return new Operator({
      ...{ name, targets, mode, orders: this.orders, watchMs: WATCH_MS },
      desks: [...nodes, ...gateways],
      nodes,
      apiKey: credentials.admin_key,
      seed: Math.floor(this.random.between(1, 2 ** 31)),
    });
  }

  /** Nothing is done for so long. */
  lasts(ms: number): Promise<void> {
    return pause(ms);
  }

  /** Resolves when every control node serves and proves by time again. */
  nodesReady(): Promise<void> {
    return waitFor(() => nodesAreReady(this.mesh), {
      what: 'every node is ready',
      withinMs: LEADER_MS,
      everyMs: 50,
    });
  }

  /** Another server is to lead a log. */
  async stepDown(log: string): Promise<void> {
    await this.withNats((nats) => jsApi(nats, `STREAM.LEADER.STEPDOWN.${log}`));
  }

  /** The server that leads a log. */
  async leader(log: string): Promise<string> {
    let leader: string | null = null;
    await waitFor(
      async () => (leader = await this.withNats((nats) => leaderOf(nats, log))) !== null,
      { what: `${log} has a leader`, withinMs: LEADER_MS, everyMs: 50 },
    );
    return leader ?? '';
  }

  /** Does something at a server that runs, past every link: as one who may do anything, or with a gateway's credential. */
  async withNats<T>(
    work: (nats: RawNats) => Promise<T>,
    as: 'admin' | 'gateway' = 'admin',
  ): Promise<T> {
    const { layout } = this.mesh;
    const [gateway] = layout.gateways;
    const login = as === 'admin' ? labLogin : serviceLogin('gateway', gateway?.name ?? '');
    const inboxPrefix = `_INBOX.${login.user}`;
    const up = layout.nats.find(({ name }) => this.mesh.find(name).running);
    if (up === undefined) throw new Error('no nats-server runs');
    const nats = await RawNats.connect({ port: up.clients, inboxPrefix, ...login });
    try {
      return await work(nats);
    } finally {
      nats.close();
    }
  }
}
