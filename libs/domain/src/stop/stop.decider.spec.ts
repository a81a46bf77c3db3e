import type { Actor, Selector, StopEvent, StopOrderId, Timestamp } from '#contracts';
import { specFor } from '#testing';
import { type LiftStop, type OrderStop, type RequestLift, stopDecider } from './stop.decider.js';

const orderId = 'stop_aaaaaaaaaaaaaaaaaaaa' as StopOrderId;
const selector = { agent: 'agent://acme/production/email' } as Selector;
const ada: Actor = { kind: 'operator', id: 'adaadaadaadaada2', via: 'http' };
const bob: Actor = { kind: 'operator', id: 'bobbobbobbobbob2', via: 'cli' };
const now = '2026-01-31T03:00:30.000Z' as Timestamp;
const deadline = '2026-01-31T03:01:00.000Z' as Timestamp;

type Terms = Partial<Omit<OrderStop, 'type'>>;
const terms = {
  orderId,
  mode: 'halt',
  selector,
  reason: null,
  expiresAt: null,
  drainUntil: null,
} as const;
const orderStop = (over: Terms = {}): OrderStop => ({ type: 'OrderStop', ...terms, ...over });
const ordered = (over: Terms = {}): StopEvent => ({
  type: 'StopOrdered',
  data: { ...terms, ...over },
});
const repeatStop = (reason: string | null = null) =>
  ({ type: 'RepeatStop', orderId, reason }) as const;
const repeated = (reason: string | null = null): StopEvent => ({
  type: 'StopRepeated',
  data: { orderId, reason },
});
const giveReason = (reason: string) => ({ type: 'GiveReason', orderId, reason }) as const;
const reasonGiven = (reason: string): StopEvent => ({
  type: 'StopReasonGiven',
  data: { orderId, reason },
});
const liftStop = (over: Partial<LiftStop> = {}): LiftStop => ({
  type: 'LiftStop',
  orderId,
  reason: 'the loop is fixed',
  cause: 'operator',
  by: ada,
  at: now,
  twoPersons: false,
  ...over,
});
const requestLift = (over: Partial<RequestLift> = {}): RequestLift => ({
  type: 'RequestLift',
  orderId,
  by: ada,
  at: now,
  reason: 'the loop is fixed',
  expiresAt: deadline,
  ...over,
});
const liftRequested = (by = ada, reason: string | null = 'the loop is fixed'): StopEvent => ({
  type: 'StopLiftRequested',
  data: { orderId, by, reason, expiresAt: deadline },
});
const lifted = (
  reason: string | null = 'the loop is fixed',
  cause: 'operator' | 'expiry' = 'operator',
): StopEvent => ({
  type: 'StopLifted',
  data: { orderId, reason, cause },
});

const given = specFor(stopDecider);

describe('OrderStop', () => {
  it('stands from now on', () =>
    given()
      .when(orderStop({ mode: 'halt' }))
      .then(ordered({ mode: 'halt' })));
  it('is silent when repeated', () => given(ordered()).when(orderStop()).thenNothing());
  it('keeps the deadline of a drain', () =>
    given()
      .when(orderStop({ mode: 'drain', drainUntil: deadline }))
      .then(ordered({ mode: 'drain', drainUntil: deadline })));
  it('gives a deadline of grace to drains alone', () =>
    given()
      .when(orderStop({ mode: 'halt', drainUntil: deadline }))
      .then(ordered({ mode: 'halt', drainUntil: null })));
  it('never brings a lifted order back', () =>
    given(ordered(), lifted()).when(orderStop()).thenNothing());
});

describe('RepeatStop', () => {
  it('records who else pulled the cord', () =>
    given(ordered()).when(repeatStop('me too')).then(repeated('me too')));
  it('records each repeat', () => given(ordered(), repeated()).when(repeatStop()).then(repeated()));
  it('says that the order was lifted meanwhile, so that a new one is made', () =>
    given(ordered(), lifted()).when(repeatStop()).thenRejected('STOP_LIFTED'));
  it('needs an order', () => given().when(repeatStop()).thenRejected('STOP_UNKNOWN'));
});

describe('GiveReason', () => {
  it('writes the reason after the stop', () =>
    given(ordered()).when(giveReason('sent twice')).then(reasonGiven('sent twice')));
  it('is silent when it says the same', () =>
    given(ordered({ reason: 'sent twice' }))
      .when(giveReason('sent twice'))
      .thenNothing());
  it('compares with the last reason given', () =>
    given(ordered({ reason: 'one' }), reasonGiven('two'))
      .when(giveReason('one'))
      .then(reasonGiven('one')));
  it('may be mended after the lift', () =>
    given(ordered(), lifted()).when(giveReason('sent twice')).then(reasonGiven('sent twice')));
  it('needs an order', () => given().when(giveReason('x')).thenRejected('STOP_UNKNOWN'));
});

describe('LiftStop', () => {
  it('frees what the order held', () => given(ordered()).when(liftStop()).then(lifted()));
  it('lifts a halt without a reason', () =>
    given(ordered())
      .when(liftStop({ reason: null }))
      .then(lifted(null)));
  it('asks a quarantine for its root cause', () =>
    given(ordered({ mode: 'quarantine' }))
      .when(liftStop({ reason: null }))
      .thenRejected('ROOT_CAUSE_REQUIRED'));
  it('lifts a quarantine whose root cause is written', () =>
    given(ordered({ mode: 'quarantine' }))
      .when(liftStop())
      .then(lifted()));
  it('does not end a quarantine by time alone', () =>
    given(ordered({ mode: 'quarantine', expiresAt: deadline }))
      .when(liftStop({ reason: null, cause: 'expiry' }))
      .thenRejected('ROOT_CAUSE_REQUIRED'));
  it('records that time was the cause', () =>
    given(ordered({ expiresAt: deadline }))
      .when(liftStop({ reason: null, cause: 'expiry' }))
      .then(lifted(null, 'expiry')));
  it('is silent when repeated', () => given(ordered(), lifted()).when(liftStop()).thenNothing());
  it('needs an order', () => given().when(liftStop()).thenRejected('STOP_UNKNOWN'));
});

describe('RequestLift', () => {
  it('records who wants it, for another to confirm', () =>
    given(ordered()).when(requestLift()).then(liftRequested()));
  it('is silent while a request stands, whoever asks', () => {
    given(ordered(), liftRequested()).when(requestLift()).thenNothing();
    given(ordered(), liftRequested())
      .when(requestLift({ by: bob }))
      .thenNothing();
  });
  it('begins anew once the last request is too old', () =>
    given(ordered(), liftRequested(bob))
      .when(requestLift({ at: deadline }))
      .then(liftRequested()));
  it('asks a quarantine for its root cause', () =>
    given(ordered({ mode: 'quarantine' }))
      .when(requestLift({ reason: null }))
      .thenRejected('ROOT_CAUSE_REQUIRED'));
  it('is silent about what is lifted already', () =>
    given(ordered(), lifted()).when(requestLift()).thenNothing());
  it('needs an order', () => given().when(requestLift()).thenRejected('STOP_UNKNOWN'));
});

describe('LiftStop where two people are asked for', () => {
  const second = (over: Partial<LiftStop> = {}) =>
    liftStop({ by: bob, reason: null, twoPersons: true, ...over });

  it('is refused to the first', () =>
    given(ordered()).when(second()).thenRejected('SECOND_PERSON_REQUIRED'));
  it('is refused to the same person, whichever way they come', () =>
    given(ordered(), liftRequested({ ...bob, via: 'http' }))
      .when(second())
      .thenRejected('SECOND_PERSON_REQUIRED'));
  it('goes through for another person, with the reason of the first', () =>
    given(ordered(), liftRequested()).when(second()).then(lifted('the loop is fixed')));
  it('takes the reason of the second where there is one', () =>
    given(ordered(), liftRequested())
      .when(second({ reason: 'looked at it too' }))
      .then(lifted('looked at it too')));
  it('takes the root cause that the first wrote', () =>
    given(ordered({ mode: 'quarantine' }), liftRequested())
      .when(second())
      .then(lifted()));
  it('is refused again once the request is too old', () =>
    given(ordered(), liftRequested())
      .when(second({ at: deadline }))
      .thenRejected('SECOND_PERSON_REQUIRED'));
  it('is not asked of time: who set the limit chose the end', () =>
    given(ordered({ expiresAt: deadline }))
      .when(second({ cause: 'expiry' }))
      .then(lifted(null, 'expiry')));
  it('is silent when repeated', () =>
    given(ordered(), liftRequested(), lifted()).when(second()).thenNothing());
});

describe('a stop order', () => {
  it('is no less lifted for a request that comes late', () =>
    given(ordered(), lifted(), liftRequested()).when(liftStop()).thenNothing());
  it('stays lifted when the lift is read before the order', () =>
    given(lifted(), ordered()).when(liftStop()).thenNothing());
});
