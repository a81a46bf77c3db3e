import type { Address, GatewayId, IntentFact, IntentId, RegionName, StopOrderId } from '#contracts';
import { specFor } from '#testing';
import { intentDecider } from './intent.decider.js';
import type { ResolveIntent } from './intent.commands.js';
import type { Submission } from './intent-state.js';

const BILLING = 'agent://acme/production/billing' as Address;
const MAILER = 'agent://acme/production/mailer' as Address;
const ORDER = 'stop_aaaaaaaaaaaaaaaaaaaa' as StopOrderId;

const submission: Submission = {
  intentId: '018f0000-0000-7000-8000-000000000001' as IntentId,
  intentType: 'email.send.v1',
  correlationId: '018f0000-0000-7000-8000-000000000002',
  from: BILLING,
  to: MAILER,
  payload: { to: 'a@example.com' },
  replyTo: null,
  deadlineAt: null,
  maxDeliveryAttempts: 2,
  kept: {},
};
const submitted: IntentFact = { type: 'IntentSubmitted', data: submission };
const delivery = (attempt: number) => ({
  attempt,
  agent: MAILER,
  region: 'us-east' as RegionName,
  gateway: 'us-east-1' as GatewayId,
  deliverySeq: attempt,
  visibleUntil: '2026-01-01T00:01:30.000Z',
  workToken: `token-${attempt}`,
});
const delivered = (attempt = 1): IntentFact => ({
  type: 'IntentDelivered',
  data: delivery(attempt),
});
const deliver = (attempt = 1) => {
  const { attempt: _attempt, ...rest } = delivery(attempt);
  return { type: 'DeliverIntent' as const, ...rest };
};
const returned: IntentFact = {
  type: 'IntentReturned',
  data: { cause: 'stopped', orderId: ORDER },
};
const giveBack = (workToken: string) => ({
  type: 'ReturnIntent' as const,
  workToken,
  cause: 'stopped' as const,
  orderId: ORDER,
});
const resolve = (status: ResolveIntent['status']): ResolveIntent => ({
  type: 'ResolveIntent',
  status,
  result: { sent: 1 },
  error: { message: 'no' },
  reason: 'enough',
});
const answer = (body: object) => ({ type: 'AnswerIntent' as const, answer: body as never });
const completed: IntentFact = { type: 'IntentCompleted', data: { result: { sent: 1 } } };

const given = specFor(intentDecider);

describe('SubmitIntent', () => {
  const submit = { type: 'SubmitIntent' as const, submission };
  it('begins an intent', () => given().when(submit).then(submitted));
  it('begins it once', () => given(submitted).when(submit).thenRejected('ALREADY_EXISTS'));
});

describe('DeliverIntent', () => {
  it('counts attempts', () => given(submitted, delivered()).when(deliver(2)).then(delivered(2)));
  it('ends an intent that nobody answered in all its attempts', () =>
    given(submitted, delivered(1), delivered(2))
      .when(deliver(3))
      .then({
        type: 'IntentFailed',
        data: {
          code: 'delivery_exhausted',
          error: { code: 'delivery_exhausted', message: 'delivered 2 times and never answered' },
        },
      }));
  it('does not count an attempt that a stop took back', () =>
    given(submitted, delivered(1), delivered(2), returned).when(deliver(2)).then(delivered(2)));
  it('finds no intent where none was submitted', () =>
    given().when(deliver()).thenRejected('NOT_FOUND'));
  it('is refused after the end', () =>
    given(submitted, completed).when(deliver()).thenRejected('ALREADY_ENDED'));
});

describe('ReturnIntent', () => {
  it('takes back what is in hand', () =>
    given(submitted, delivered()).when(giveBack('token-1')).then(returned));
  it('leaves a later delivery alone', () =>
    given(submitted, delivered(1), delivered(2)).when(giveBack('token-1')).thenNothing());
  it('is silent when repeated', () =>
    given(submitted, delivered(), returned).when(giveBack('token-1')).thenNothing());
});

describe('CheckpointIntent', () => {
  const checkpoint = { type: 'CheckpointIntent' as const, data: { done: 40 } };
  it('records progress', () =>
    given(submitted, delivered())
      .when(checkpoint)
      .then({ type: 'IntentCheckpointed', data: { data: { done: 40 } } }));
  it('is refused after the end', () =>
    given(submitted, completed).when(checkpoint).thenRejected('ALREADY_ENDED'));
  it('is refused when too many were kept already, but the end is not', () => {
    const one: IntentFact = { type: 'IntentCheckpointed', data: { data: 1 } };
    const many = Array<IntentFact>(10_000).fill(one);
    given(submitted, ...many)
      .when(checkpoint)
      .thenRejected('TOO_MANY_CHANGES');
    given(submitted, ...many)
      .when(resolve('COMPLETED'))
      .then(completed);
  });
});

describe('AnswerIntent', () => {
  it.each(['failure', 'failed', 'error', 'FAILED'])('fails on outcome %s', (outcome) =>
    given(submitted, delivered())
      .when(answer({ outcome }))
      .then({ type: 'IntentFailed', data: { code: 'failed', error: { outcome } } }),
  );
  it.each(['fail', 'failed', 'reject', 'Fail'])('fails on action %s', (action) =>
    given(submitted, delivered())
      .when(answer({ action }))
      .then({ type: 'IntentFailed', data: { code: 'failed', error: { action } } }),
  );
  it.each(['WAITING', 'IN_PROGRESS'] as const)('keeps the intent open on status %s', (status) =>
    given(submitted, delivered())
      .when(answer({ status }))
      .then({ type: 'IntentProgressed', data: { status, details: { status } } }),
  );
  it('completes on anything else', () =>
    given(submitted, delivered())
      .when(answer({ sent: 1 }))
      .then(completed));
  it('is refused after the end', () =>
    given(submitted, completed).when(answer({})).thenRejected('ALREADY_ENDED'));
});

describe('ResolveIntent', () => {
  it('completes from any open status', () =>
    given(submitted).when(resolve('COMPLETED')).then(completed));
  it('fails with the error', () =>
    given(submitted, delivered())
      .when(resolve('FAILED'))
      .then({ type: 'IntentFailed', data: { code: 'failed', error: { message: 'no' } } }));
  it('cancels with the reason', () =>
    given(submitted, returned)
      .when(resolve('CANCELED'))
      .then({ type: 'IntentCanceled', data: { reason: 'enough' } }));
  it('ends an intent once', () =>
    given(submitted, completed).when(resolve('CANCELED')).thenRejected('ALREADY_ENDED'));
});

describe('ControlIntent', () => {
  const control = (expectedGeneration: number | null) => ({
    type: 'ControlIntent' as const,
    kind: 'policy' as const,
    controlsPatch: null,
    grantsPatch: { tool: 'x' },
    envelopePatch: null,
    expectedGeneration,
  });
  const controlled = (generation: number): IntentFact => ({
    type: 'IntentControlled',
    data: {
      kind: 'policy',
      controlsPatch: null,
      grantsPatch: { tool: 'x' },
      envelopePatch: null,
      generation,
    },
  });
  it('makes a new generation', () =>
    given(submitted, controlled(1)).when(control(1)).then(controlled(2)));
  it('does not ask for the generation where the caller does not', () =>
    given(submitted, controlled(1)).when(control(null)).then(controlled(2)));
  it('refuses a caller that has seen an older one', () =>
    given(submitted, controlled(1)).when(control(0)).thenRejected('GENERATION_CHANGED'));
});

describe('TimeOutIntent', () => {
  const timeOut = { type: 'TimeOutIntent' as const, deadlineAt: '2026-01-01T00:00:00.000Z' };
  it('ends an open intent', () =>
    given(submitted)
      .when(timeOut)
      .then({ type: 'IntentTimedOut', data: { deadlineAt: '2026-01-01T00:00:00.000Z' } }));
  it('comes too late for an intent that has ended', () =>
    given(submitted, completed).when(timeOut).thenRejected('ALREADY_ENDED'));
});
