import {
  activityEvents,
  eventCodec,
  type ActivityEvent,
  type Address,
  type GatewayId,
  type PolicyName,
  type RegionName,
  type SessionId,
  type StopOrderId,
} from '#contracts';
import { InMemoryEventStore } from '#event-store';
import { createLogger, systemIds } from '#platform';
import type { Decision } from '../gate/decisions.js';
import { ActivityOutbox } from './activity-outbox.js';
import { Activity } from './activity.js';
import { DecisionCounts } from './decision-counts.js';

const MAILER = 'agent://acme/production/mailer' as Address;
const decision = (more: Partial<Decision> = {}): Decision => ({
  address: MAILER,
  act: 'intent.send',
  refusedBy: null,
  orderId: null,
  subject: 'email.send.v1',
  isStale: false,
  ...more,
});
const counted = ({ address: _, isStale: __, ...rest }: Decision) => rest;
const log = createLogger({ service: 'gateway', level: 'silent' });
const newStore = () => new InMemoryEventStore<ActivityEvent>({ codec: eventCodec(activityEvents) });

describe('decisions', () => {
  it('made without a proof are counted apart, and flagged', () => {
    const counts = new DecisionCounts();
    for (const isStale of [false, true, true]) counts.add(decision({ isStale }), 1000);
    const found = counts.take().get(MAILER)?.decisions;
    expect(found?.map(({ count, stale }) => [count, stale])).toEqual([
      [1, undefined],
      [2, true],
    ]);
  });

  it('that are equal become one count', () => {
    const counts = new DecisionCounts();
    const refused = decision({ refusedBy: 'agent_killed', orderId: 'stop_a' });
    for (const it of [decision(), refused, refused]) counts.add(it, 1000);
    expect(counts.take().get(MAILER)?.decisions).toEqual([
      { ...counted(decision()), count: 1 },
      { ...counted(refused), count: 2 },
    ]);
    expect(counts.take().size).toBe(0);
  });

  it('of endless kinds do not grow without end', () => {
    const counts = new DecisionCounts();
    for (let kind = 0; kind < 1000; kind += 1)
      counts.add(decision({ subject: `email.n${kind}.v1` }), 1000);
    const taken = counts.take().get(MAILER)?.decisions ?? [];
    expect(taken).toHaveLength(201);
    expect(taken.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
  });

  it('of different rules and sessions are counted apart, and what they declare is added up', () => {
    const counts = new DecisionCounts();
    const session = '0f3c9a7e-5b1d-4c28-9d1e-4b9c2a6f8035' as SessionId;
    const rule = { policy: 'pace' as PolicyName, rule: 1 };
    const declared = { session, costMicroUsd: 250_000 };
    counts.add(decision({ refusedBy: 'policy_blocked', rule }), 1000);
    counts.add(decision({ refusedBy: 'policy_blocked', rule: { ...rule, rule: 0 } }), 1000);
    for (let said = 0; said < 2; said += 1) counts.add(decision({ declared }), 1000);
    expect(counts.take().get(MAILER)?.decisions).toMatchObject([
      { policy: 'pace', rule: 1, count: 1 },
      { policy: 'pace', rule: 0, count: 1 },
      { session, costMicroUsd: 500_000, count: 2 },
    ]);
  });

  it('of some agents can be taken before those of the others', () => {
    const counts = new DecisionCounts();
    const other = 'agent://acme/production/other' as Address;
    for (const address of [MAILER, other]) counts.add(decision({ address }), 1000);
    expect([...counts.take(new Set([other])).keys()]).toEqual([other]);
    expect([...counts.take().keys()]).toEqual([MAILER]);
  });

  it('about a queue are nobody’s account', () => {
    const counts = new DecisionCounts();
    counts.add(decision({ address: 'queue://acme/production/mail' as never }), 1000);
    expect(counts.take().size).toBe(0);
  });
});

describe('activity', () => {
  const identity = { gateway: 'us-east-1' as GatewayId, region: 'us-east' as RegionName };
  const clock = { nowMs: () => 1000, monotonicMs: () => 1000 };
  const newActivity = (store: InMemoryEventStore<ActivityEvent>, waitingMax?: number) => {
    const lost: number[] = [];
    const outbox = new ActivityOutbox({
      store,
      log,
      waitingMax,
      onLost: (count) => lost.push(count),
    });
    return { lost, outbox, activity: new Activity({ identity, outbox, clock, ids: systemIds }) };
  };

  it('is written on the subject of its agent', async () => {
    const store = newStore();
    const { activity } = newActivity(store);
    activity.decided(decision());
    activity.heartbeat(MAILER, { instance: null, answered: 'healthy', usage: null });
    await activity.stop();
    const stored = await store.read('activity.us-east.acme.production.mailer');
    expect(stored.map(({ decoded }) => decoded.known && decoded.event.type)).toEqual([
      'HeartbeatReceived',
      'DecisionsCounted',
    ]);
  });

  const applied = {
    orderId: 'stop_aaaaaaaaaaaaaaaaaaaa' as StopOrderId,
    boot: 1,
    position: 7,
    appliedAfterMs: 1,
    cut: { streams: 2, calls: 0 },
  };

  it('of a stop on many is written where no agent is', async () => {
    const store = newStore();
    const { activity } = newActivity(store);
    const order = { selector: { namespace: 'acme/production' } };
    activity.stopApplied(order as never, applied, () => true);
    await activity.stop();
    expect(await store.read('activity.us-east.acme.production.~stops')).toHaveLength(1);
  });

  it('of a stop says what went out before it, and comes after it in the log', async () => {
    const store = newStore();
    const { activity } = newActivity(store);
    for (const more of [{}, {}, { refusedBy: 'agent_paused' }, { act: 'intent.receive' as const }])
      activity.decided(decision(more));
    activity.decided(decision({ address: 'agent://acme/production/other' as Address }));
    activity.stopApplied({ selector: { agent: MAILER } } as never, applied, () => true);
    await activity.stop();
    const stored = await store.read('activity.us-east.acme.production.mailer');
    const events = stored.map(({ decoded }) => (decoded.known ? decoded.event : null));
    expect(events.map((event) => event?.type)).toEqual(['DecisionsCounted', 'StopApplied']);
    expect(events[1]?.data).toMatchObject({
      before: {
        last: { address: MAILER, act: 'intent.send', subject: 'email.send.v1' },
        lastMinute: 2,
        lastHour: 2,
      },
    });
  });

  it('waits while the log is away, and is stored once after that', async () => {
    const store = newStore();
    const { activity, outbox, lost } = newActivity(store);
    store.setAvailable(false);
    activity.decided(decision());
    await activity.stop();
    expect(outbox.waiting).toBe(1);
    store.setAvailable(true);
    await outbox.flush();
    expect([outbox.waiting, (await store.read('activity.>')).length, lost]).toEqual([0, 1, []]);
  });

  it('is dropped at the limit, the oldest first, and counted', async () => {
    const store = newStore();
    const { activity, lost } = newActivity(store, 2);
    for (const instance of ['a', 'b', 'c'])
      activity.heartbeat(MAILER, { instance, answered: 'healthy', usage: null });
    await activity.stop();
    const stored = await store.read('activity.>');
    expect(lost).toEqual([1]);
    expect(JSON.stringify(stored)).not.toContain('"instance":"a"');
  });
});
