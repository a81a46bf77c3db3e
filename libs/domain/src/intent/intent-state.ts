import type {
  Address,
  FactOf,
  IntentSubmitted,
  JsonObject,
  StopOrderId,
  Timestamp,
} from '#contracts';

/** What was asked for: the fact that began the intent. */
export type Submission = FactOf<typeof IntentSubmitted>['data'];

/** What the status of an open intent can be; CREATED passes within the very act of submitting. */
export type OpenStatus = 'SUBMITTED' | 'DELIVERED' | 'ACKNOWLEDGED' | 'IN_PROGRESS' | 'WAITING';

export type EndStatus = 'COMPLETED' | 'FAILED' | 'CANCELED' | 'TIMED_OUT';

export type IntentStatus = 'CREATED' | OpenStatus | EndStatus;

/** Somebody has it. `token` is how any gateway settles the item of work behind it. */
export interface InHand {
  readonly agent: Address;
  readonly token: string;
  readonly attempt: number;
  readonly visibleUntil: Timestamp;
}

/** Taken from an agent by a stop; while that order stands it is still this agent's. */
export interface ReturnedByStop {
  readonly agent: Address;
  readonly orderId: StopOrderId;
}

/** What an intent knows while anything can still happen to it, and afterwards. */
export interface IntentFacts {
  readonly submission: Submission;
  /** Attempts that count: a delivery that a stop took back does not. */
  readonly attempts: number;
  /** The last durable progress; `undefined` before the first. */
  readonly checkpoint: unknown;
  /** Grows by one with every change of controls or policy. */
  readonly generation: number;
  /** Checkpoints, progress and controls so far: each is kept, so there is a limit to them. */
  readonly changes: number;
  /** Everybody who ever had it. */
  readonly takers: readonly Address[];
}

export type IntentState =
  | { readonly status: 'absent' }
  | (IntentFacts & {
      readonly status: 'open';
      readonly wire: OpenStatus;
      readonly inHand: InHand | null;
      readonly returned: ReturnedByStop | null;
    })
  | (IntentFacts & {
      readonly status: 'ended';
      readonly end: EndStatus;
      readonly details: JsonObject;
    });

export type OpenIntent = Extract<IntentState, { status: 'open' }>;
export type EndedIntent = Extract<IntentState, { status: 'ended' }>;
