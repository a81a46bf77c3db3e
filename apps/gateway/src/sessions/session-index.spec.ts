import {
  eventCodec,
  sessionEndSubject,
  sessionEvents,
  sessionSubject,
  type SessionEvent,
  type SessionFact,
  type SessionId,
} from '#contracts';
import { InMemoryEventStore } from '#event-store';
import { createLogger, record, systemClock, systemIds } from '#platform';
import { until } from '#testing';
import { SessionIndex } from './session-index.js';
import { SessionLog } from './session-log.js';

const SESSION = '018f4e2a-0000-7000-8000-0000000000aa' as SessionId;
const SUBJECT = sessionSubject('acme', 'production', SESSION);
const owner = 'agent://acme/production/researcher';
const by = {
  actor: { kind: 'agent', id: owner, via: 'http' },
  ...{ org: 'acme', workspace: 'production', correlationId: 'spec' },
} as const;

const store = new InMemoryEventStore({ codec: eventCodec<SessionEvent>(sessionEvents) });
const sessions = new SessionLog({ store, clock: systemClock, ids: systemIds });
const log = createLogger({ service: 'spec', level: 'silent' });
const index = new SessionIndex({ store, sessions, log });

const say = (subject: string, fact: SessionFact) =>
  store.append({
    subject,
    event: record(fact, by, systemClock, systemIds) as SessionEvent,
  });

afterAll(() => index.stop());

it('knows that a session ended, and keeps nothing of what came of it', async () => {
  index.start();
  await say(SUBJECT, {
    type: 'SessionStarted',
    data: {
      ...{ sessionId: SESSION, namespace: 'acme/production', owner, sessionType: null },
      ...{ projectId: null, parent: null, ancestors: [], dependsOn: [], metadata: {} },
      ...{ limits: { maxDurationS: 60, maxActions: null, maxCostMicro: null }, notAfter: null },
    },
  } as unknown as SessionFact);
  const result = 'x'.repeat(60_000);
  await say(sessionEndSubject(SUBJECT), {
    type: 'SessionCompleted',
    data: { sessionId: SESSION, by: owner, result, seq: 1 },
  } as unknown as SessionFact);
  await until(() => index.all()[0]?.completedAt !== null && index.all().length === 1);
  expect(JSON.stringify(index.all()).length).toBeLessThan(2_000);
});
