import { activityEvents, eventCodec, type ActivityEvent } from '#contracts';
import { QuickActivityCodec } from './quick-codec.js';

const address = 'agent://acme/production/mailer';
const envelope = {
  ...{ id: '0190f1a0-0000-7000-8000-000000000001', version: 1, at: '2026-01-31T03:00:00.000Z' },
  ...{ org: 'acme', workspace: 'production', correlation_id: 'c', causation_id: null },
  ...{ actor: { kind: 'gateway', id: 'us-1', via: 'gateway' }, reason: null, signature: null },
};
const place = { address, region: 'us', gateway: 'us-1' };
const act = { act: 'intent.send', refusedBy: null, orderId: null, subject: 'a.b.v1', count: 2 };
const decisions = (one: object = act, more: object = {}) => ({
  ...envelope,
  type: 'DecisionsCounted',
  data: { ...place, from: envelope.at, to: envelope.at, decisions: [one], ...more },
});
const usage = {
  ...{ intentsTotal: 1, intentsSucceeded: 1, intentsFailed: 0, costMicroUsd: 5 },
  ...{ tokensIn: 1, tokensOut: 2, avgLatencyMs: null },
};
const heartbeat = (one: object | null = usage) => ({
  ...envelope,
  type: 'HeartbeatReceived',
  data: { ...place, instance: null, answered: 'healthy', usage: one },
});

describe('the quick way of reading activity', () => {
  const careful = eventCodec<ActivityEvent>(activityEvents);
  const quick = new QuickActivityCodec();

  it.each<[string, object]>([
    ['decisions', decisions()],
    ['a refusal', decisions({ ...act, refusedBy: 'agent_killed', subject: null })],
    ['a decision of a rule', decisions({ ...act, policy: 'p', rule: 0 })],
    ['a heartbeat', heartbeat()],
    ['a heartbeat that reports nothing', heartbeat(null)],
  ])('comes to the same as the careful one: %s', (_, event) => {
    const text = JSON.stringify(event);
    expect(quick.decode(text)).toEqual(careful.decode(text));
    expect(quick.decode(text).known).toBe(true);
  });

  it.each<[string, unknown]>([
    ['no JSON', undefined],
    ['nothing', null],
    ['another address', decisions(act, { address: 'agent://Acme/production/mailer' })],
    ['a queue', decisions(act, { address: 'queue://acme/production/mailer' })],
    ['no time', decisions(act, { to: 'yesterday' })],
    ['a count of nothing', decisions({ ...act, count: 0 })],
    ['half an act', decisions({ ...act, count: 0.5 })],
    ['an amount that is none', heartbeat({ ...usage, costMicroUsd: -1 })],
    ['no amount', heartbeat({ ...usage, tokensIn: null })],
    ['a version of the future', { ...decisions(), version: 2 }],
    ['a type of the future', { ...decisions(), type: 'AgentPraised' }],
  ])('leaves to the careful one what it does not expect: %s', (_, event) => {
    const text = event === undefined ? 'x{' : JSON.stringify(event);
    expect(quick.decode(text)).toEqual(careful.decode(text));
    expect(quick.decode(text).known).toBe(false);
  });
});
