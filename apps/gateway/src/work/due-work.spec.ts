import {
  deadlineSubject,
  eventCodec,
  intentSubject,
  parseDestination,
  workEvents,
  type Address,
  type AddressParts,
  type GatewayId,
  type IntentEvent,
  type IntentId,
  type RegionName,
  type WorkEvent,
  type WorkFact,
} from '#contracts';
import { endOf } from '#domain';
import { InMemoryEventStore, InMemoryWorkQueues, ManualClock, type WorkItem } from '#event-store';
import { createLogger, record, systemIds, toTimestamp } from '#platform';
import { ControlHistory, HISTORY_BEGINS_MS, stopLifted, stopOrdered } from '#testing';
import { IntentHistory } from '../intents/intent-history.js';
import { IntentLog } from '../intents/intent-log.js';
import { Deadlines, DEADLINES } from './deadlines.js';
import { Retirement, RETIREMENT } from './retirement.js';

const MAILER = 'agent://acme/production/mailer' as Address;
const TO = parseDestination(MAILER) as AddressParts;
const ID = '018f0000-0000-7000-8000-000000000001' as IntentId;
const DAY_MS = 24 * 3600 * 1000;
const log = createLogger({ service: 'gateway', level: 'silent' });
const identity = { gateway: 'us-east-1' as GatewayId, region: 'us-east' as RegionName };

class Story {
  readonly control = new ControlHistory();
  readonly manual = new ManualClock(HISTORY_BEGINS_MS);
  readonly clock = { nowMs: () => this.manual.nowMs(), monotonicMs: () => this.manual.nowMs() };
  readonly store = new InMemoryEventStore<WorkEvent>({
    codec: eventCodec(workEvents),
    nowMs: this.clock.nowMs,
  });
  readonly queues = new InMemoryWorkQueues<WorkEvent>(this.store, this.manual);
  readonly history = new IntentHistory(this.store);
  readonly intents: IntentLog = new IntentLog({ ...this.parts(), onAnswered: () => undefined });

  parts() {
    const { store, queues, history, clock, intents } = this;
    return {
      identity,
      view: this.control.view,
      store,
      queues,
      history,
      clock,
      intents,
      ids: systemIds,
      log,
    };
  }

  async submit(deadlineMs: number): Promise<void> {
    const deadlineAt = toTimestamp(HISTORY_BEGINS_MS + deadlineMs);
    const data = {
      intentId: ID,
      intentType: 'email.send.v1',
      correlationId: ID,
      from: MAILER,
      to: MAILER,
      payload: {},
      replyTo: MAILER,
      deadlineAt,
      maxDeliveryAttempts: 5,
      kept: {},
    };
    await this.append(intentSubject(TO, ID), { type: 'IntentSubmitted', data });
    const wake = { intentId: ID, deadlineAt };
    await this.append(deadlineSubject(TO, ID), { type: 'DeadlineSet', data: wake });
  }

  async end(): Promise<string | null> {
    const last = (await this.history.at(TO, ID))?.history.at(-1) as IntentEvent;
    return endOf(last)?.status ?? null;
  }

  /** Works off what is due now. */
  async work(
    queue: typeof DEADLINES | typeof RETIREMENT,
    worker: (item: WorkItem<WorkEvent>) => Promise<void>,
  ) {
    for (const item of await (await this.queues.open(queue)).take(10, 0)) await worker(item);
  }

  deadlines(): Promise<void> {
    return this.work(DEADLINES, (item) => new Deadlines(this.parts()).work(item));
  }

  retirement(): Promise<void> {
    return this.work(RETIREMENT, (item) => new Retirement(this.parts()).work(item));
  }

  private append(subject: string, fact: WorkFact): Promise<unknown> {
    const about = {
      actor: { kind: 'agent' as const, id: MAILER, via: 'http' },
      org: 'acme',
      workspace: 'production',
      correlationId: 'test',
    };
    return this.store.append({
      subject,
      event: record(fact, about, this.clock, systemIds) as WorkEvent,
    });
  }
}

describe('a deadline', () => {
  it('ends the intent when it has passed, and not before', async () => {
    const story = new Story();
    await story.submit(10_000);
    await story.deadlines();
    story.manual.advance(9_999);
    await story.deadlines();
    expect(await story.end()).toBeNull();
    story.manual.advance(1);
    await story.deadlines();
    expect(await story.end()).toBe('TIMED_OUT');
  });

  it('gets its remaining time back after a pause', async () => {
    const story = new Story();
    await story.submit(10_000);
    // Events of the control history are a second apart: paused from second 1 on.
    story.control.append(stopOrdered({ agent: MAILER }, { mode: 'pause' }), 1);
    await story.deadlines();
    story.manual.advance(60_000);
    await story.deadlines();
    expect(await story.end()).toBeNull();
    story.control.append(stopLifted(), 61);
    story.manual.advance(9_000);
    await story.deadlines();
    expect(await story.end()).toBeNull();
    story.manual.advance(1_000);
    await story.deadlines();
    expect(await story.end()).toBe('TIMED_OUT');
  });

  it('passes while the receiver is halted', async () => {
    const story = new Story();
    await story.submit(10_000);
    story.control.append(stopOrdered({ org: 'acme' }), 1);
    story.manual.advance(10_000);
    await story.deadlines();
    expect(await story.end()).toBe('TIMED_OUT');
  });
});

describe('an ended intent', () => {
  it('is kept for seven days, then forgotten with all that was written about it', async () => {
    const story = new Story();
    await story.submit(1_000);
    story.manual.advance(1_000);
    await story.deadlines();
    story.manual.advance(7 * DAY_MS - 1);
    await story.retirement();
    expect(await story.store.read('inbox.>')).toHaveLength(1);
    story.manual.advance(3_600_000);
    await story.retirement();
    for (const filter of ['intent.>', 'inbox.>', 'deadline.>', 'retire.>']) {
      expect(await story.store.read(filter)).toEqual([]);
    }
  });
});
