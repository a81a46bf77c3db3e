/** Everything that an outsider saw of one episode. Times are milliseconds of the machine's monotonic clock. */
export interface History {
  readonly attempts: readonly Attempt[];
  readonly orders: readonly OrderStory[];
  readonly troubles: readonly Trouble[];
  readonly gateways: readonly string[];
  /** The control log at the end, stops and lifts alone; `null` when this episode did not read it. */
  readonly log: readonly LoggedStop[] | null;
  /** Intents that the work log holds at the end, by what they carry; `null` when this episode did not read it. */
  readonly storedWork: ReadonlySet<string> | null;
  /** Orders as the mesh reported them at the end. */
  readonly kept: readonly KeptOrder[];
  /** What was tried without authority, and must have had no effect. */
  readonly forgeries: readonly Forgery[];
  /** Processes that ended without being told to. */
  readonly crashes: readonly {
    readonly name: string;
    readonly atMs: number;
    readonly how: string;
  }[];
  /** When this machine had no time for a process that was waiting for nothing else. */
  readonly stalls: readonly Stall[];
  /** The whole audit against the whole control log; `null` when this episode did not compare them. */
  readonly audit: AuditComparison | null;
}

export interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One request of an agent at a gateway. Its admission, if any, lies somewhere between the two times. */
export interface Attempt {
  readonly kind: 'guard' | 'intent';
  readonly gateway: string;
  readonly from: string;
  /** Whom the intent was for; `null` for a guard check. */
  readonly to: string | null;
  readonly sentMs: number;
  readonly endMs: number;
  /** `0`: no answer. */
  readonly status: number;
  /** The problem's code, or the guard's action; `null` for an intent that was taken. */
  readonly code: string | null;
  /** The order that a refusal names. */
  readonly orderId: string | null;
  /** What the intent carries, by which it is found in the work log; `null` for a guard check. */
  readonly work: string | null;
}

/** What one answer said about an order. */
export interface Claim {
  readonly by: string;
  readonly sentMs: number;
  readonly atMs: number;
  readonly state: string;
  readonly committed: boolean;
  readonly contained: boolean;
  readonly acked: readonly string[];
  readonly of: number;
}

export interface OrderStory {
  /** `null`: no answer ever named it. */
  readonly orderId: string | null;
  readonly selector: string;
  readonly literal: boolean;
  readonly agents: readonly string[];
  /** The first try to order it. */
  readonly sentMs: number;
  /** The try that was answered; `null` when none was. */
  readonly askedMs: number | null;
  readonly claims: readonly Claim[];
  /** The first try to lift it: from then on it may not stand. */
  readonly liftSentMs: number | null;
  /** When a lift was confirmed. */
  readonly liftedMs: number | null;
}

/** A fault, from its beginning to its heal, and whom it touches. */
export interface Trouble {
  readonly what: string;
  readonly fromMs: number;
  /** From then on it is in force everywhere. */
  readonly inForceMs: number;
  /** From then on its cause is being taken away. */
  readonly healingMs: number;
  /** When its cause was gone; `Infinity` when it never went. */
  readonly toMs: number;
  /** Gateways that may be fenced, silent or slow meanwhile. */
  readonly gateways: readonly string[];
  /** Gateways that can reach no control node at all meanwhile: they must fence. */
  readonly cutOff: readonly string[];
  /** Nodes that are away or not ready meanwhile. */
  readonly nodes: readonly string[];
  /** What needs a log's leader may be refused meanwhile. */
  readonly logs: boolean;
}

export interface LoggedStop {
  readonly type: 'StopOrdered' | 'StopLifted';
  readonly orderId: string;
  readonly sequence: number;
}

export interface KeptOrder {
  readonly orderId: string;
  /** What the mesh answers about it: 200, 404. */
  readonly status: number;
  readonly committed: boolean;
  readonly lifted: boolean;
}

export interface Forgery {
  readonly what: string;
  readonly atMs: number;
  readonly agents: readonly string[];
  /** The id that a forged order or lift carried. */
  readonly orderId: string | null;
  /** The lab itself wrote it into the log. */
  readonly appended: boolean;
}

export interface AuditComparison {
  readonly missing: readonly number[];
  readonly twice: readonly number[];
  readonly invented: readonly number[];
  readonly compared: number;
}

export const isAdmitted = ({ kind, status, code }: Attempt): boolean =>
  status === 200 && (kind === 'intent' || code !== 'block');

/** A stop's refusal: nobody but an order's target may see one. */
export const isStopped = ({ kind, status, code }: Attempt): boolean =>
  (kind === 'guard' && status === 200 && code === 'block') ||
  (status === 403 && (code ?? '').startsWith('agent_'));

export const touches = ({ from, to }: Attempt, agents: readonly string[]): boolean =>
  agents.includes(from) || (to !== null && agents.includes(to));
