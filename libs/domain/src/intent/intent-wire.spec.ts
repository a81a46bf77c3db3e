import type { Address, IntentEvent, IntentFact, IntentId, StopOrderId } from '#contracts';
import { intentView, intentWireEvents } from './intent-wire.js';

const MAILER = 'agent://acme/production/mailer' as Address;
const INTENT = '018f0000-0000-7000-8000-000000000001' as IntentId;
const AT = '2026-01-01T00:00:00.000Z';

const recorded = (fact: IntentFact): IntentEvent => ({
  ...fact,
  id: '018f0000-0000-7000-8000-00000000000a',
  version: 1,
  at: AT,
  org: 'acme',
  workspace: 'production',
  actor: { kind: 'agent', id: MAILER, via: 'http' },
  reason: null,
  correlation_id: 'trace',
  causation_id: null,
  signature: null,
});
const submitted = recorded({
  type: 'IntentSubmitted',
  data: {
    intentId: INTENT,
    intentType: 'email.send.v1',
    correlationId: '018f0000-0000-7000-8000-000000000002',
    from: MAILER,
    to: MAILER,
    payload: { n: 1 },
    replyTo: 'agent://mailer',
    deadlineAt: null,
    maxDeliveryAttempts: 5,
    kept: { max_reminders: 3 },
  },
});
const delivered = recorded({
  type: 'IntentDelivered',
  data: {
    attempt: 1,
    agent: MAILER,
    region: 'us-east' as never,
    gateway: 'us-east-1' as never,
    deliverySeq: 7,
    visibleUntil: AT,
    workToken: 'secret-token',
  },
});
const checkpointed = recorded({ type: 'IntentCheckpointed', data: { data: { done: 40 } } });
const completed = recorded({ type: 'IntentCompleted', data: { result: { sent: 1 } } });
const held = { mode: 'pause' as const, order_id: 'stop_aaaaaaaaaaaaaaaaaaaa' as StopOrderId };

describe('the story of an intent', () => {
  it('begins with created and submitted, and counts without holes', () => {
    const story = intentWireEvents([submitted, delivered, checkpointed, completed]);
    expect(story.map(({ seq, event_type, status }) => [seq, event_type, status])).toEqual([
      [1, 'intent.created', 'CREATED'],
      [2, 'intent.submitted', 'SUBMITTED'],
      [3, 'intent.delivered', 'DELIVERED'],
      [4, 'intent.checkpointed', 'DELIVERED'],
      [5, 'intent.completed', 'COMPLETED'],
    ]);
  });

  it('never tells the work token', () => {
    expect(JSON.stringify(intentWireEvents([submitted, delivered]))).not.toContain('secret-token');
  });

  it('is empty where nothing was submitted', () => {
    expect(intentWireEvents([])).toEqual([]);
    expect(intentView([], null)).toBeNull();
  });
});

describe('the view of an intent', () => {
  it('gives back what was sent, kept fields included', () => {
    expect(intentView([submitted, delivered, checkpointed], null)).toMatchObject({
      intent_id: INTENT,
      status: 'DELIVERED',
      payload: { n: 1 },
      reply_to: 'agent://mailer',
      max_reminders: 3,
      delivery_attempt: 1,
      checkpoint: { done: 40 },
    });
  });

  it('names the stop that holds it while it is open', () => {
    expect(intentView([submitted], held)).toMatchObject({ status: 'SUBMITTED', held });
    expect(intentView([submitted, completed], held)).not.toHaveProperty('held');
  });

  it('carries its result after the end', () => {
    expect(intentView([submitted, completed], null)).toMatchObject({
      status: 'COMPLETED',
      result: { sent: 1 },
    });
  });
});
