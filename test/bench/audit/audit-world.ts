import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ActivityEvent,
  activityEvents,
  type ActivityFact,
  activitySubject,
  type Address,
  eventCodec,
  type GatewayId,
  type RegionName,
  type StopOrderId,
  streams,
} from '#contracts';
import { type Database, migrate, openDatabase } from '#database';
import { startNatsServer, startPostgres } from '#embedded';
import type { AppendRequest, EventStore } from '#event-store';
import { connectNats, type Nats, provisionStreams } from '#event-store-jetstream';
import { toTimestamp } from '#platform';

/** A log of refusals, one line of the audit each, on a real nats-server, and a Postgres to rebuild the read model in. */
export interface AuditWorld {
  readonly nats: Nats;
  readonly natsUrl: string;
  readonly activity: EventStore<ActivityEvent>;
  readonly database: Database;
  readonly events: number;
  stop(): Promise<void>;
}

const AGENTS = 100;
const APPENDED_AT_ONCE = 500;
const START_MS = Date.parse('2026-01-31T03:00:00.000Z');
const WINDOW_MS = 250;
const region = 'us-east' as RegionName;

export const auditWorld = async (events: number): Promise<AuditWorld> => {
  const dir = await mkdtemp(join(tmpdir(), 'estop-bench-'));
  const server = await startNatsServer({ dir: join(dir, 'nats') });
  const postgres = await startPostgres({ dir: join(dir, 'postgres') });
  const nats = await connectNats({ servers: server.url, name: 'bench' });
  await provisionStreams(nats, { replicas: 1 });
  const codec = eventCodec<ActivityEvent>(activityEvents);
  const activity = nats.eventStore(streams.activity.name, codec);
  for (let from = 1; from <= events; from += APPENDED_AT_ONCE) {
    const count = Math.min(APPENDED_AT_ONCE, events - from + 1);
    await activity.appendAll(Array.from({ length: count }, (_, index) => refusal(from + index)));
  }
  const database = openDatabase({
    ...{ url: postgres.url, name: 'bench', waitForDisk: false, statementTimeoutMs: 600_000 },
  });
  await migrate(database.db);
  return {
    ...{ nats, natsUrl: server.url, activity, database, events },
    stop: async () => {
      await database.close();
      await nats.close();
      await postgres.stop();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

const refusal = (n: number): AppendRequest<ActivityEvent> => {
  const name = `agent-${n % AGENTS}`;
  const fromMs = START_MS + n * WINDOW_MS;
  const fact: ActivityFact = {
    type: 'DecisionsCounted',
    data: {
      address: `agent://acme/production/${name}` as Address,
      ...{ region, gateway: 'us-east-1' as GatewayId },
      ...{ from: toTimestamp(fromMs), to: toTimestamp(fromMs + WINDOW_MS) },
      decisions: [
        {
          ...{ act: 'intent.send', refusedBy: 'agent_killed', count: 1 + (n % 7) },
          orderId: `stop_${'a'.repeat(20)}` as StopOrderId,
          subject: 'email.campaign.send.v1',
        },
      ],
    },
  };
  const envelope = {
    id: `0190f1a0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
    version: 1,
    at: toTimestamp(fromMs + WINDOW_MS),
    ...{ org: 'acme', workspace: 'production', reason: null, causation_id: null, signature: null },
    actor: { kind: 'gateway', id: 'us-east-1', via: 'gateway' } as const,
    correlation_id: `0190f1a0-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
  };
  return {
    subject: activitySubject(region, 'acme', 'production', name),
    event: { ...envelope, ...fact },
  };
};
