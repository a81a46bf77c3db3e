import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ActivityEvent,
  type ActivityFact,
  activityEvents,
  activitySubject,
  type Address,
  type ControlEvent,
  type ControlFact,
  controlEvents,
  controlSubject,
  eventCodec,
  type GatewayId,
  LOG_SUBJECT,
  type OrgName,
  type RegionName,
  streams,
} from '#contracts';
import { presetPolicy } from '#domain';
import { startNatsServer } from '#embedded';
import type { AppendRequest } from '#event-store';
import { connectNats, type Nats, provisionStreams } from '#event-store-jetstream';
import { record, systemClock, systemIds, toTimestamp } from '#platform';

/** An activity log of agents that a policy with six rules watches, and that never breach one, on a real nats-server. */
export interface EvaluatorWorld {
  readonly nats: Nats;
  readonly natsUrl: string;
  readonly dir: string;
  readonly events: number;
  stop(): Promise<void>;
}

const AGENTS = 100;
const APPENDED_AT_ONCE = 500;
const WINDOW_MS = 250;
/** Each tenth event is a heartbeat. */
const HEARTBEAT_EACH = 10;
const region = 'us-east' as RegionName;
const gateway = 'us-east-1' as GatewayId;
const org = 'acme' as OrgName;

export const evaluatorWorld = async (events: number): Promise<EvaluatorWorld> => {
  const dir = await mkdtemp(join(tmpdir(), 'estop-bench-'));
  const server = await startNatsServer({ dir: join(dir, 'nats') });
  const nats = await connectNats({ servers: server.url, name: 'bench' });
  await provisionStreams(nats, { replicas: 1 });
  const control = nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
  const activity = nats.eventStore(
    streams.activity.name,
    eventCodec<ActivityEvent>(activityEvents),
  );
  const document = presetPolicy('cautious', { name: 'bench', target: { org } });
  const begin: readonly (readonly [string, ControlFact])[] = [
    [LOG_SUBJECT, { type: 'LogStarted', data: { incarnation: 'bench-incarnation' } }],
    [
      controlSubject(org, null, 'policy', document.name),
      { type: 'PolicySet', data: { org, policy: document.name, document } },
    ],
  ];
  for (const [subject, fact] of begin) {
    await control.append({ subject, event: recorded(fact, systemClock.nowMs()) });
  }
  const startMs = systemClock.nowMs();
  for (let from = 0; from < events; from += APPENDED_AT_ONCE) {
    const count = Math.min(APPENDED_AT_ONCE, events - from);
    const act = (_: unknown, index: number) => happened(from + index, startMs);
    await activity.appendAll(Array.from({ length: count }, act));
  }
  return {
    ...{ nats, natsUrl: server.url, dir, events },
    stop: async () => {
      await nats.close();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

const recorded = <F extends ControlFact | ActivityFact>(fact: F, atMs: number) => {
  const actor = { kind: 'system', id: 'bench', via: 'bench' } as const;
  const about = { actor, org, workspace: 'production', correlationId: 'bench' };
  return record(fact, about, { nowMs: () => atMs }, systemIds);
};

const happened = (n: number, startMs: number): AppendRequest<ActivityEvent> => {
  const name = `agent-${n % AGENTS}`;
  const address = `agent://${org}/production/${name}` as Address;
  // An hour and a half of them, as a gateway would have counted it, before now.
  const atMs = startMs - 5_400_000 + n * WINDOW_MS;
  const isHeartbeat = Math.floor(n / AGENTS) % HEARTBEAT_EACH === 0;
  const fact = isHeartbeat ? heartbeat(address) : decisions(address, atMs);
  return { subject: activitySubject(region, org, 'production', name), event: recorded(fact, atMs) };
};

const decisions = (address: Address, atMs: number): ActivityFact => ({
  type: 'DecisionsCounted',
  data: {
    ...{ address, region, gateway },
    ...{ from: toTimestamp(atMs - WINDOW_MS), to: toTimestamp(atMs) },
    decisions: [
      {
        ...{ act: 'intent.send', refusedBy: null, orderId: null, count: 1 },
        subject: 'email.campaign.send.v1',
      },
      { act: 'guard', refusedBy: null, orderId: null, count: 2, subject: 'search.web' },
    ],
  },
});

const heartbeat = (address: Address): ActivityFact => ({
  type: 'HeartbeatReceived',
  data: {
    ...{ address, region, gateway, instance: 'i-1', answered: 'healthy' },
    usage: {
      ...{ intentsTotal: 5, intentsSucceeded: 5, intentsFailed: 0 },
      ...{ costMicroUsd: 1000, tokensIn: 500, tokensOut: 700, avgLatencyMs: 20 },
    },
  },
});
