import {
  agentUsage,
  challengeGateways,
  createMeshAgent,
  drainAgent,
  drillStop,
  getDoctor,
  getMeshAgent,
  getMeshStatus,
  killAgent,
  listGateways,
  listMeshAgents,
  listMeshEvents,
  meshStream,
  pauseAgent,
  quarantineAgent,
  restoreLog,
  resumeAgent,
  revokeAgent,
  rotateKeys,
  sendHeartbeat,
  updateMeshAgent,
  whyAgent,
} from '#contracts';
import type { Heartbeat, HeartbeatAnswer } from './agents-side.js';
import { requestOf, type AnswerOf, type BodyOf, type Caller } from './http/caller.js';
import type { CallOptions } from './http/transport.js';
import { resumed, type StreamOptions } from './streams/event-stream.js';

type AgentRoute =
  | typeof killAgent
  | typeof pauseAgent
  | typeof quarantineAgent
  | typeof drainAgent
  | typeof resumeAgent
  | typeof revokeAgent
  | typeof updateMeshAgent;

export interface ListAgentsQuery {
  readonly limit?: number;
  readonly cursor?: string;
  /** A health status; `active` means healthy. */
  readonly health?: string;
  readonly window?: 'day' | 'week' | 'month';
}

export interface UsageQuery {
  readonly from?: string;
  readonly to?: string;
  readonly step?: 'hour' | 'day';
}

export interface ListEventsQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly event_type?: string;
  readonly address?: string;
  readonly from?: string;
  readonly to?: string;
}

/** A control event as it happened. */
export interface MeshStreamEvent {
  /** The sequence in the control log. */
  readonly id: string | null;
  readonly type: string;
  readonly data: unknown;
}

/**
 * The fleet: stop it, look at it, let it run again. Wherever an agent is asked for, both its address id (`addr_…`) and
 * its address (`agent://org/workspace/name`) will do.
 */
export class MeshApi {
  constructor(private readonly caller: Caller) {}

  /** An agent's sign of life, with its use since the last one. A stopped agent is told so, and may still say it. */
  heartbeat(beat: Heartbeat = {}, options?: CallOptions): Promise<HeartbeatAnswer> {
    return this.caller.call(sendHeartbeat, { body: beat }, options);
  }

  /** Stops one agent everywhere, at once. */
  kill(agent: string, body: BodyOf<typeof killAgent> = {}, options?: CallOptions) {
    return this.act(killAgent, agent, body, options);
  }

  /** Freezes one agent: its work is held and keeps its time. */
  pause(agent: string, body: BodyOf<typeof pauseAgent> = {}, options?: CallOptions) {
    return this.act(pauseAgent, agent, body, options);
  }

  /** Isolates one agent until its root cause is written down. */
  quarantine(agent: string, body: BodyOf<typeof quarantineAgent> = {}, options?: CallOptions) {
    return this.act(quarantineAgent, agent, body, options);
  }

  /** Lets one agent finish what is in flight, then halts it. */
  drain(agent: string, body: BodyOf<typeof drainAgent> = {}, options?: CallOptions) {
    return this.act(drainAgent, agent, body, options);
  }

  /** Lifts every order on exactly this agent. A wider order that holds it is named in a 409, and nothing is lifted. */
  resume(agent: string, body: BodyOf<typeof resumeAgent> = {}, options?: CallOptions) {
    return this.act(resumeAgent, agent, body, options);
  }

  /** Refuses every key of the agent, and of all that was registered on its behalf, from now on, for good. */
  revoke(agent: string, body: BodyOf<typeof revokeAgent> = {}, options?: CallOptions) {
    return this.act(revokeAgent, agent, body, options);
  }

  /** Every standing order that holds this agent, the strictest first. */
  why(agent: string, options?: CallOptions) {
    return this.caller.call(whyAgent, { params: { address_id: agent } }, options);
  }

  listAgents(query: ListAgentsQuery = {}, options?: CallOptions) {
    return this.caller.call(listMeshAgents, { query: { ...query } }, options);
  }

  getAgent(agent: string, options?: CallOptions) {
    return this.caller.call(getMeshAgent, { params: { address_id: agent } }, options);
  }

  /** An agent with its identity, its first key, its tags and its cap: all of it, or nothing. `token` is shown this once. */
  createAgent(body: BodyOf<typeof createMeshAgent>, options?: CallOptions) {
    return this.caller.call(createMeshAgent, { body }, options);
  }

  /** What an agent used, by hour or day; by default the last 24 hours. */
  usage(agent: string, query: UsageQuery = {}, options?: CallOptions) {
    return this.caller.call(
      agentUsage,
      { params: { address_id: agent }, query: { ...query } },
      options,
    );
  }

  /** Sets tags, display name or metadata. */
  updateAgent(agent: string, body: BodyOf<typeof updateMeshAgent>, options?: CallOptions) {
    return this.act(updateMeshAgent, agent, body, options);
  }

  /** Control and health facts, newest first. */
  listEvents(query: ListEventsQuery = {}, options?: CallOptions) {
    return this.caller.call(listMeshEvents, { query: { ...query } }, options);
  }

  /** The gateways that are members, and how far each has read the control log. */
  gateways(options?: CallOptions) {
    return this.caller.call(listGateways, {}, options);
  }

  /** Tries a stop out on the real path: every gateway does everything but refuse. Nothing is stopped. */
  drill(body: BodyOf<typeof drillStop>, options?: CallOptions) {
    return this.caller.call(drillStop, { body }, { ...patience(body), ...options });
  }

  /** Asks every gateway for a signed proof, over the nonce of your choice, that it can still halt. */
  challenge(body: BodyOf<typeof challengeGateways>, options?: CallOptions) {
    return this.caller.call(challengeGateways, { body }, { ...patience(body), ...options });
  }

  /** Whether the mesh could prove a stop now, and what is wrong with it. */
  doctor(options?: CallOptions) {
    return this.caller.call(getDoctor, {}, options);
  }

  /** The mesh as one colour, and the problems behind it: what the doctor finds, in short. */
  status(options?: CallOptions) {
    return this.caller.call(getMeshStatus, {}, options);
  }

  /** New signing keys for one gateway, one control node, or all of them. */
  rotateKeys(body: BodyOf<typeof rotateKeys> = {}, options?: CallOptions) {
    return this.caller.call(rotateKeys, { body }, options);
  }

  /** Says that the control log was restored on purpose; counts once another person has said the same. */
  logRestored(body: BodyOf<typeof restoreLog>, options?: CallOptions) {
    return this.caller.call(restoreLog, { body }, options);
  }

  /**
   * Control events as they happen, for as long as it is read; it survives the loss of a gateway without a gap.
   *
   * @param lastEventId go on after this sequence; without it, from now on.
   */
  async *stream(
    options: StreamOptions & { readonly lastEventId?: string } = {},
  ): AsyncGenerator<MeshStreamEvent, void, void> {
    let last = options.lastEventId ?? null;
    const from = { request: () => requestOf(meshStream, {}), lastEventId: () => last };
    for await (const frame of resumed(this.caller.transport, from, options)) {
      last = frame.id ?? last;
      yield { id: frame.id, type: frame.event, data: JSON.parse(frame.data) as unknown };
    }
  }

  private act<R extends AgentRoute>(
    route: R,
    agent: string,
    body: BodyOf<R>,
    options?: CallOptions,
  ): Promise<AnswerOf<R>> {
    return this.caller.call(route, { params: { address_id: agent }, body }, options);
  }
}

/** How long gateways are given where nothing else is said, and how long the answer may take beyond that. */
const WAIT_MS = 2000;
const ANSWER_SLACK_MS = 3000;

const patience = ({ timeout_ms = WAIT_MS }: { timeout_ms?: number | undefined }): CallOptions => ({
  attemptTimeoutMs: timeout_ms + ANSWER_SLACK_MS,
});
