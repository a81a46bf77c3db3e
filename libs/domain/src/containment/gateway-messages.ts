import type { AppendAnswer, AppendOutput, LogEntry, SignedOrder } from './log-entry.js';
import type { Delivery } from './log-cursor.js';
import type { OrderReceipt, Renewal, RenewalAnswer, RestoreWord } from './messages.js';

/** What a gateway keeps on its own disk, fsynced before each receipt. */
export interface Pin {
  /** `null` before any log was read. */
  readonly incarnation: string | null;
  readonly highestSequence: number;
  /** Its unlifted orders. */
  readonly orders: readonly SignedOrder[];
}

export type GatewayInput =
  /** Asks for nothing but that time is looked at: at least every 10 ms. `nonce` is fresh randomness. */
  | { readonly kind: 'tick'; readonly nonce: string }
  | { readonly kind: 'subscribed'; readonly consumer: string; readonly fromSequence: number }
  | { readonly kind: 'delivered'; readonly delivery: Delivery }
  | { readonly kind: 'append-answered'; readonly ref: string; readonly answer: AppendAnswer }
  | { readonly kind: 'pushed'; readonly signed: SignedOrder }
  | { readonly kind: 'answered'; readonly answer: RenewalAnswer; readonly nonce: string }
  | { readonly kind: 'restore-told'; readonly word: RestoreWord }
  | { readonly kind: 'pinned'; readonly write: number }
  | { readonly kind: 'cut'; readonly orderId: string; readonly cut: OrderReceipt['cut'] }
  /** It has stopped serving and ends: from here on nothing is admitted, whatever is proven. */
  | { readonly kind: 'leave' };

export type GatewayOutput =
  | AppendOutput
  | { readonly kind: 'renew'; readonly renewal: Renewal; readonly signature: string }
  /** Fold these into whatever the verdict uses, and end what they newly cover. Nothing has been skipped before them. */
  | { readonly kind: 'apply'; readonly entry: LogEntry }
  /** From now on the order holds, whether the log has it or not. */
  | { readonly kind: 'enforce'; readonly signed: SignedOrder }
  | { readonly kind: 'release'; readonly orderId: string }
  /** Replace the file whole, fsync, then answer `pinned`. Writes take effect in their order; one may stand for all before it. */
  | { readonly kind: 'pin'; readonly pin: Pin; readonly write: number }
  /**
   * End what is in flight for the order's targets in this same turn, before anything else runs; then answer `cut`. What
   * comes into its reach later by an `apply` is ended there.
   */
  | { readonly kind: 'cut'; readonly signed: SignedOrder }
  | { readonly kind: 'send-receipt'; readonly receipt: OrderReceipt }
  /** Hand a signed order to a node that has never seen it. */
  | { readonly kind: 'push-to'; readonly node: string; readonly signed: SignedOrder }
  /** Begin a new consumer at this sequence, which was applied before (or is the first): its event must come first. */
  | { readonly kind: 'resubscribe'; readonly fromSequence: number }
  /** Stop moving bytes on every open stream and tunnel; new requests get 503. */
  | { readonly kind: 'fence' }
  | { readonly kind: 'unfence' }
  /** What was read is not in the log any more. Orders stand; nothing is admitted until a restore is confirmed. */
  | { readonly kind: 'alarm'; readonly problem: 'log-rolled-back' }
  /** The restore is confirmed: all that `apply` gave is void, the log comes again from its first event. Orders stand. */
  | { readonly kind: 'start-over' };
