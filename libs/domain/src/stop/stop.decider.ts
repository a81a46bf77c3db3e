import { accept, type Decider, type Decision, reject } from '../decider.js';
import type {
  FactOf,
  Selector,
  StopEvent,
  StopMode,
  StopOrdered,
  StopOrderId,
  Timestamp,
} from '#contracts';

/** The events of one order, on the order's own subject. */
export type StopState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'standing';
      readonly mode: StopMode;
      readonly selector: Selector;
      readonly reason: string | null;
      readonly expiresAt: Timestamp | null;
    }
  | { readonly status: 'lifted'; readonly reason: string | null };

export type OrderStop = { readonly type: 'OrderStop' } & FactOf<typeof StopOrdered>['data'];
/** Somebody pulled the cord that is pulled already. */
export interface RepeatStop {
  readonly type: 'RepeatStop';
  readonly orderId: StopOrderId;
  readonly reason: string | null;
}
export interface GiveReason {
  readonly type: 'GiveReason';
  readonly orderId: StopOrderId;
  readonly reason: string;
}
export interface LiftStop {
  readonly type: 'LiftStop';
  readonly orderId: StopOrderId;
  /** What was found and mended; a quarantine cannot be lifted without it. */
  readonly reason: string | null;
  readonly cause: 'operator' | 'expiry';
}
export type StopCommand = OrderStop | RepeatStop | GiveReason | LiftStop;

/** `STOP_LIFTED`: the order to repeat was lifted meanwhile; the stop must be ordered anew. */
export type StopRejection = 'STOP_UNKNOWN' | 'STOP_LIFTED' | 'ROOT_CAUSE_REQUIRED';

type StopDecision = Decision<StopEvent, StopRejection>;

// A stop is never refused: operators retry it under pressure, so the second one is silent, not an error.
const order = ({ type: _type, ...data }: OrderStop, state: StopState): StopDecision =>
  state.status === 'absent'
    ? accept({
        type: 'StopOrdered',
        data: { ...data, drainUntil: data.mode === 'drain' ? data.drainUntil : null },
      })
    : accept();

const repeat = ({ orderId, reason }: RepeatStop, state: StopState): StopDecision => {
  switch (state.status) {
    case 'absent':
      return reject('STOP_UNKNOWN');
    case 'standing':
      return accept({ type: 'StopRepeated', data: { orderId, reason } });
    case 'lifted':
      return reject('STOP_LIFTED');
  }
};

const giveReason = ({ orderId, reason }: GiveReason, state: StopState): StopDecision => {
  if (state.status === 'absent') return reject('STOP_UNKNOWN');
  return state.reason === reason
    ? accept()
    : accept({ type: 'StopReasonGiven', data: { orderId, reason } });
};

const lift = ({ orderId, reason, cause }: LiftStop, state: StopState): StopDecision => {
  switch (state.status) {
    case 'absent':
      return reject('STOP_UNKNOWN');
    case 'standing':
      return state.mode === 'quarantine' && reason === null
        ? reject('ROOT_CAUSE_REQUIRED')
        : accept({ type: 'StopLifted', data: { orderId, reason, cause } });
    case 'lifted':
      return accept();
  }
};

const decide = (command: StopCommand, state: StopState): StopDecision => {
  switch (command.type) {
    case 'OrderStop':
      return order(command, state);
    case 'RepeatStop':
      return repeat(command, state);
    case 'GiveReason':
      return giveReason(command, state);
    case 'LiftStop':
      return lift(command, state);
  }
};

// No default branch: a new event type must fail the compiler here, not vanish at run time.
const evolve = (state: StopState, event: StopEvent): StopState => {
  switch (event.type) {
    case 'StopOrdered': {
      const { mode, selector, reason, expiresAt } = event.data;
      return state.status === 'absent'
        ? { status: 'standing', mode, selector, reason, expiresAt }
        : state;
    }
    case 'StopRepeated':
      return state;
    case 'StopReasonGiven':
      return state.status === 'absent' ? state : { ...state, reason: event.data.reason };
    case 'StopLifted':
      return { status: 'lifted', reason: state.status === 'absent' ? null : state.reason };
  }
};

/**
 * One stop order, an element of a two-phase set: ordered once, lifted once, never again. A quarantine ends only with its
 * root cause written down, so time alone never lifts one.
 */
export const stopDecider: Decider<StopState, StopCommand, StopEvent, StopRejection> = {
  decide,
  evolve,
  initialState: { status: 'absent' },
};
