import type { Delivery } from './log-cursor.js';
import type { AppendAnswer, AppendOutput, LogEntry, OrderBody, SignedOrder } from './log-entry.js';
import type { JoinWord, OrderReceipt, Renewal, RenewalAnswer, RestoreWord } from './messages.js';

/** What a node keeps on its own disk. Its id lives there too: a lost spool means a new id. */
export interface Spool {
  readonly incarnation: string | null;
  readonly orders: readonly SignedOrder[];
}

export type NodeInput =
  | { readonly kind: 'tick' }
  | { readonly kind: 'subscribed'; readonly consumer: string; readonly fromSequence: number }
  | { readonly kind: 'delivered'; readonly delivery: Delivery }
  | { readonly kind: 'append-answered'; readonly ref: string; readonly answer: AppendAnswer }
  /** An authorised operator's command. */
  | { readonly kind: 'order'; readonly order: OrderBody }
  /** An authorised operator's command; answered by `lifted` or `lift-refused`. */
  | { readonly kind: 'lift'; readonly orderId: string }
  | { readonly kind: 'spooled'; readonly orderId: string }
  | { readonly kind: 'pushed'; readonly signed: SignedOrder }
  /** A gateway hands over what this node asked for by `wanted`: old or not, no lift of it has been read. */
  | { readonly kind: 'handed'; readonly signed: SignedOrder }
  | { readonly kind: 'renewal'; readonly renewal: Renewal; readonly signature: string }
  | { readonly kind: 'receipt'; readonly receipt: OrderReceipt }
  | {
      readonly kind: 'join-asked' | 'join-acknowledged';
      readonly word: JoinWord;
      readonly signature: string;
    }
  /** The process ends: nothing is taken after it. */
  | { readonly kind: 'leave' };

export type NodeOutput =
  | AppendOutput
  /** Append to the spool and fsync, then answer `spooled`. */
  | { readonly kind: 'spool'; readonly signed: SignedOrder }
  | { readonly kind: 'unspool'; readonly orderId: string }
  | { readonly kind: 'remember-log'; readonly incarnation: string }
  /** To every gateway and every node, without any stream. */
  | { readonly kind: 'push'; readonly signed: SignedOrder }
  /** On disk and pushed: the command may be answered. */
  | { readonly kind: 'ordered'; readonly orderId: string }
  | { readonly kind: 'lifted'; readonly orderId: string }
  | {
      readonly kind: 'lift-refused';
      readonly orderId: string;
      readonly why: 'not-committed' | 'conflict' | 'log-unavailable';
    }
  | { readonly kind: 'answer'; readonly answer: RenewalAnswer }
  /** To the gateway whose renewal it answers. */
  | { readonly kind: 'tell-restore'; readonly word: RestoreWord }
  | {
      readonly kind: 'ask-join' | 'acknowledge-join';
      readonly word: JoinWord;
      readonly signature: string;
    }
  /** Known from now on though the log does not have it yet: by command, push or spool. */
  | { readonly kind: 'enforce'; readonly signed: SignedOrder }
  /** Consumed in order: fold it into whatever else the node decides from. */
  | { readonly kind: 'apply'; readonly entry: LogEntry }
  /** Begin a new consumer at this sequence, which was applied before (or is the first): its event must come first. */
  | { readonly kind: 'resubscribe'; readonly fromSequence: number }
  /** What was read is not in the log any more. Stops are still taken and pushed; nothing is renewed, lifted or proven. */
  | { readonly kind: 'alarm'; readonly problem: 'log-rolled-back' }
  /** The restore is confirmed: all that `apply` gave is void, the log comes again from its first event. Orders stand. */
  | { readonly kind: 'start-over' };
