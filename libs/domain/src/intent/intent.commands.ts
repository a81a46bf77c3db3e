import type {
  Address,
  GatewayId,
  JsonObject,
  RegionName,
  StopOrderId,
  Timestamp,
} from '#contracts';
import type { Submission } from './intent-state.js';

/** Everything that can be asked of an intent. */
export type IntentCommand =
  | { readonly type: 'SubmitIntent'; readonly submission: Submission }
  | {
      readonly type: 'DeliverIntent';
      readonly agent: Address;
      readonly region: RegionName;
      readonly gateway: GatewayId;
      readonly deliverySeq: number;
      readonly visibleUntil: Timestamp;
      readonly workToken: string;
    }
  | {
      readonly type: 'ReturnIntent';
      /** The delivery that is taken back; a later one is left alone. */
      readonly workToken: string;
      readonly cause: 'stopped' | 'undelivered';
      readonly orderId: StopOrderId | null;
    }
  | { readonly type: 'CheckpointIntent'; readonly data: unknown }
  | ControlIntent
  | ResolveIntent
  | { readonly type: 'AnswerIntent'; readonly answer: JsonObject }
  | { readonly type: 'TimeOutIntent'; readonly deadlineAt: Timestamp };

/** A change of controls, or of the policy that goes with the intent. */
export interface ControlIntent {
  readonly type: 'ControlIntent';
  readonly kind: 'controls' | 'policy';
  readonly controlsPatch: JsonObject | null;
  readonly grantsPatch: JsonObject | null;
  readonly envelopePatch: JsonObject | null;
  /** The generation the caller has seen, where it cares. */
  readonly expectedGeneration: number | null;
}

/** The end, in so many words. */
export interface ResolveIntent {
  readonly type: 'ResolveIntent';
  readonly status: 'COMPLETED' | 'FAILED' | 'CANCELED';
  readonly result: JsonObject;
  readonly error: JsonObject;
  readonly reason: string | null;
}

/** `TOO_MANY_CHANGES`: all are kept and read again, so an intent takes only so many; it can still end. */
export type IntentRejection =
  'ALREADY_EXISTS' | 'NOT_FOUND' | 'ALREADY_ENDED' | 'GENERATION_CHANGED' | 'TOO_MANY_CHANGES';

/** Checkpoints, progress and controls that one intent takes. */
export const INTENT_CHANGES_MAX = 10_000;
