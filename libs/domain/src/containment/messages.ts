import type { LogEntry, LogMark, SignedOrder } from './log-entry.js';

/** Every 150 ms from a gateway to all control nodes. */
export interface Renewal {
  readonly gateway: string;
  readonly boot: number;
  /** Random, and never used again. */
  readonly nonce: string;
  /** All events up to here are applied: orders, and everything that they select by. */
  readonly position: number;
  /** The last lasting event up to `position`: a node that has another one there says nothing. */
  readonly last: LogMark;
  /** Orders that are in force here, cut included, and that nodes may not know of yet: each as good as a receipt. */
  readonly applied: readonly string[];
}

/** A control node's word on a renewal. Everything in it is signed. */
export interface RenewalAnswer {
  readonly node: string;
  readonly gateway: string;
  readonly boot: number;
  readonly nonce: string;
  /** The member nodes as the answering node has read them, sorted, and the sequence of their last change. */
  readonly members: readonly string[];
  readonly membershipSequence: number;
  readonly position: number;
  /** The last lasting event up to `position`: a gateway that has another one there takes the answer for no proof. */
  readonly last: LogMark;
  /** Every event after the renewal's position up to `position`, or the oldest part of them. */
  readonly events: readonly LogEntry[];
  readonly pending: readonly SignedOrder[];
  /** More events follow: this answer is no proof. */
  readonly more: boolean;
  /** Since the send of the last echo that returned; `null`: not known, the clocks disagree. */
  readonly logAgeMs: number | null;
  /** The same, for the proof by all members. */
  readonly echoAgeMs: number | null;
  /** Ids of the renewal that the node has never seen: the gateway pushes them to it. */
  readonly wanted: readonly string[];
  readonly signature: string;
}

/**
 * To a gateway that names events which the node's log does not hold: two operators have said that this log goes on for
 * another. It proves nothing; whoever belongs to `old` reads the log anew, and believes only what stands there.
 */
export interface RestoreWord {
  readonly node: string;
  readonly gateway: string;
  readonly boot: number;
  /** Of the renewal that it answers. */
  readonly nonce: string;
  readonly old: string;
  readonly new: string;
  readonly signature: string;
}

/** A gateway's word that an order is in force there: after the cut, never before. */
export interface OrderReceipt {
  readonly orderId: string;
  readonly gateway: string;
  readonly boot: number;
  readonly position: number;
  readonly appliedAfterMs: number;
  readonly cut: { readonly streams: number; readonly calls: number };
  readonly signature: string;
}

/** Between nodes: `from` asks `to` to acknowledge its join, or acknowledges the join of `to`. */
export interface JoinWord {
  readonly from: string;
  readonly to: string;
  readonly joinSequence: number;
}

export type Unsigned<T> = Omit<T, 'signature'>;

/** Everything that is ever signed, with its kind: a signature of one kind is worth nothing for another. */
export type Signable =
  | { readonly kind: 'order'; readonly value: SignedOrder['order'] }
  | { readonly kind: 'renewal'; readonly value: Renewal }
  | { readonly kind: 'answer'; readonly value: Unsigned<RenewalAnswer> }
  | { readonly kind: 'restore'; readonly value: Unsigned<RestoreWord> }
  | { readonly kind: 'receipt'; readonly value: Unsigned<OrderReceipt> }
  | { readonly kind: 'join-asked' | 'join-acknowledged'; readonly value: JoinWord };

/** Keys and algorithm are the shell's. `verify` must be total: nothing that comes in may make it throw. */
export interface Signing {
  /** With the own key. */
  sign(message: Signable): string;
  /** Whether `signer`, a member of the right kind, made this signature over these bytes. */
  verify(message: Signable, signature: string, signer: string): boolean;
}
