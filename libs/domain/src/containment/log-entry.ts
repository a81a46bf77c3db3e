import type { Selector, StopMode } from '#contracts';

/** A stop as the protocol carries it. `details` is the rest of the order (actor, reason, limits), unread here. */
export interface OrderBody {
  readonly orderId: string;
  readonly mode: StopMode;
  readonly selector: Selector;
  /** By the issuer's wall clock, milliseconds since the epoch. */
  readonly atWallMs: number;
  readonly details: string;
}

/** Nothing unsigned has an effect; `signer` is the id of the control node that took the command. */
export interface SignedOrder {
  readonly order: OrderBody;
  readonly signer: string;
  readonly signature: string;
}

/** A selector that names one agent selects by nothing else in the log. */
export const isLiteral = (order: OrderBody): boolean => 'agent' in order.selector;

/** What the protocol understands of the control log; all other events pass through it untouched. */
export type LogFact =
  | { readonly kind: 'log-started'; readonly incarnation: string }
  /** Two operators say that the log was restored: whoever belonged to `old` belongs to `new`. */
  | { readonly kind: 'log-restored'; readonly old: string; readonly new: string }
  | { readonly kind: 'stop-ordered'; readonly signed: SignedOrder }
  | { readonly kind: 'stop-lifted'; readonly orderId: string }
  | { readonly kind: 'node-joined'; readonly node: string; readonly join: string }
  | { readonly kind: 'node-left'; readonly node: string }
  | { readonly kind: 'node-removed'; readonly node: string }
  | GatewayJoinedFact
  | { readonly kind: 'gateway-left'; readonly gateway: string; readonly boot: number }
  | { readonly kind: 'gateway-removed'; readonly gateway: string; readonly boot: number }
  | {
      readonly kind: 'echo';
      readonly node: string;
      readonly process: string;
      readonly count: number;
    }
  | { readonly kind: 'other'; readonly body: unknown };

export interface GatewayJoinedFact {
  readonly kind: 'gateway-joined';
  readonly gateway: string;
  readonly boot: number;
  /** Random: tells this process' join from one of a forerunner that was stored late. */
  readonly join: string;
  /** The stop modes that this build understands: one too old for a standing order gets no lease. */
  readonly modes: readonly StopMode[];
}

/** An event as the log holds it. Unread by the core, and handed on whole: by `apply`, and in answers to renewals. */
export interface LogRecord {
  readonly subject: string;
  /** When the log stored it, milliseconds since the epoch. */
  readonly storedAtMs: number;
  readonly text: string;
}

export interface LogEntry {
  readonly sequence: number;
  /** Its size on the wire. */
  readonly bytes: number;
  /** What the protocol understands of `record`: both sides derive it alike. */
  readonly fact: LogFact;
  readonly record: LogRecord;
}

/**
 * Which event stands at a sequence of the log. Sequences alone do not tell one log from another that was rolled back and
 * has grown again; two readers that agree in one mark have read the same events up to there.
 */
export interface LogMark {
  readonly sequence: number;
  readonly storedAtMs: number;
}

export const markOf = ({ sequence, record }: LogEntry): LogMark => ({
  sequence,
  storedAtMs: record.storedAtMs,
});

/** Echoes are forgotten by the log; everything else it keeps for ever. */
export const isLasting = ({ fact }: LogEntry): boolean => fact.kind !== 'echo';

/** An append that the shell is asked to make; `expect` is the last sequence that the subject must have. */
export interface AppendOutput {
  readonly kind: 'append';
  /** Comes back with the answer. */
  readonly ref: string;
  readonly subject: string;
  readonly expect: number | null;
  readonly fact: LogFact;
}

/** `exists`: the subject has another last sequence; `failed`: nobody knows whether it was stored. */
export type AppendAnswer =
  | { readonly outcome: 'stored'; readonly sequence: number }
  | { readonly outcome: 'exists' }
  | { readonly outcome: 'failed' };

export const orderSubject = (orderId: string): string => `order.${orderId}`;
export const gatewaySubject = (gateway: string): string => `gateway.${gateway}`;
export const nodeSubject = (node: string): string => `node.${node}`;
