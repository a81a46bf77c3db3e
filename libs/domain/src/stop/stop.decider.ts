import { isSamePerson } from '../access/same-person.js';
import { accept, type Decider, type Decision, reject } from '../decider.js';
import type {
  Actor,
  FactOf,
  Selector,
  StopEvent,
  StopLiftRequested,
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
      readonly liftRequest: RequestedLift | null;
    }
  | { readonly status: 'lifted'; readonly reason: string | null };

export type RequestedLift = FactOf<typeof StopLiftRequested>['data'];

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
  /** What was found and mended; a quarantine cannot be lifted without it. A second person may leave it to the first. */
  readonly reason: string | null;
  readonly cause: 'operator' | 'expiry';
  readonly by: Actor;
  readonly at: Timestamp;
  /** Whether the org asks two people for a lift of this scope: see `needsTwoPersons`. */
  readonly twoPersons: boolean;
}
/** The first of the two people. */
export interface RequestLift {
  readonly type: 'RequestLift';
  readonly orderId: StopOrderId;
  readonly by: Actor;
  readonly at: Timestamp;
  readonly reason: string | null;
  readonly expiresAt: Timestamp;
}
export type StopCommand = OrderStop | RepeatStop | GiveReason | RequestLift | LiftStop;

/**
 * `STOP_LIFTED`: the order to repeat was lifted meanwhile; the stop must be ordered anew. `SECOND_PERSON_REQUIRED`:
 * nobody else has asked for this lift yet, or too long ago; request it, and let another person confirm.
 */
export type StopRejection =
  'STOP_UNKNOWN' | 'STOP_LIFTED' | 'ROOT_CAUSE_REQUIRED' | 'SECOND_PERSON_REQUIRED';

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

type Standing = Extract<StopState, { status: 'standing' }>;

const lacksRootCause = ({ mode }: Standing, reason: string | null): boolean =>
  mode === 'quarantine' && reason === null;

/** `null`: nobody asked, or it was too long ago. */
const requestAt = ({ liftRequest }: Standing, at: Timestamp): RequestedLift | null =>
  liftRequest !== null && at < liftRequest.expiresAt ? liftRequest : null;

// To ask again what stands asked is silent, whoever asks: it is the lift that tells the two people apart.
const requestLift = ({ type: _type, ...wish }: RequestLift, state: StopState): StopDecision => {
  if (state.status === 'absent') return reject('STOP_UNKNOWN');
  if (state.status === 'lifted') return accept();
  if (lacksRootCause(state, wish.reason)) return reject('ROOT_CAUSE_REQUIRED');
  const { orderId, by, reason, expiresAt } = wish;
  return requestAt(state, wish.at) === null
    ? accept({ type: 'StopLiftRequested', data: { orderId, by, reason, expiresAt } })
    : accept();
};

const isSecond = (by: Actor, request: RequestedLift | null): boolean =>
  request !== null && !isSamePerson(request.by, by);

const liftStanding = (command: LiftStop, state: Standing): StopDecision => {
  if (command.cause === 'expiry') return liftInTime(command, state);
  const { orderId, cause, by, at, twoPersons } = command;
  const request = requestAt(state, at);
  const reason = command.reason ?? request?.reason ?? null;
  if (lacksRootCause(state, reason)) return reject('ROOT_CAUSE_REQUIRED');
  return twoPersons && !isSecond(by, request)
    ? reject('SECOND_PERSON_REQUIRED')
    : accept({ type: 'StopLifted', data: { orderId, reason, cause } });
};

// Who ordered the stop with a time limit chose its end beforehand: time needs nobody's word.
const liftInTime = ({ orderId, reason, cause }: LiftStop, state: Standing): StopDecision =>
  lacksRootCause(state, reason)
    ? reject('ROOT_CAUSE_REQUIRED')
    : accept({ type: 'StopLifted', data: { orderId, reason, cause } });

const lift = (command: LiftStop, state: StopState): StopDecision => {
  switch (state.status) {
    case 'absent':
      return reject('STOP_UNKNOWN');
    case 'standing':
      return liftStanding(command, state);
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
    case 'RequestLift':
      return requestLift(command, state);
    case 'LiftStop':
      return lift(command, state);
  }
};

const reasonIn = (state: StopState): string | null =>
  state.status === 'absent' ? null : state.reason;

const stood = (data: FactOf<typeof StopOrdered>['data'], state: StopState): StopState => {
  const { mode, selector, reason, expiresAt } = data;
  return state.status === 'absent'
    ? { status: 'standing', mode, selector, reason, expiresAt, liftRequest: null }
    : state;
};

// No default branch: a new event type must fail the compiler here, not vanish at run time.
const evolve = (state: StopState, event: StopEvent): StopState => {
  switch (event.type) {
    case 'StopOrdered':
      return stood(event.data, state);
    case 'StopRepeated':
      return state;
    case 'StopReasonGiven':
      return state.status === 'absent' ? state : { ...state, reason: event.data.reason };
    case 'StopLiftRequested':
      return state.status === 'standing' ? { ...state, liftRequest: event.data } : state;
    case 'StopLifted':
      return { status: 'lifted', reason: reasonIn(state) };
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
