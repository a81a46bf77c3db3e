import type { Destination, ProblemCode, StopMode, UnknownEvent } from '#contracts';
import type { StopOrder } from '../control/control-records.js';

/**
 * What an agent wants to do, or what is to be done to it.
 * - `receive`: an intent comes in for it. `deliver`: an intent is handed to it.
 * - `send`, `answer`: it sends an intent; it answers one (resolve, resume, controls, checkpoint).
 * - `guard`: it asks before a tool call. `read`: it looks at its own intents or inbox.
 */
export type GateAct = 'receive' | 'deliver' | 'send' | 'answer' | 'guard' | 'read';

/** One question to the gate. An intent's sender and receiver are asked about separately. */
export interface Ask {
  /** The agent that acts or is acted upon; a queue is held only by stops on its namespace or org. */
  readonly address: Destination;
  readonly act: GateAct;
  /** `intent:TYPE` or `tool:NAME`; `null` where the act has no such thing, and then narrowed stops do not apply. */
  readonly capability: string | null;
  /** The other side is an operator with `intent:investigate`: a quarantine lets it through. */
  readonly investigator?: boolean;
  /** The agent still has a delivered, unanswered intent: a drain lets it finish. */
  readonly inFlight?: boolean;
}

/** The order that decides, and how strictly: a drain past its deadline is a halt. */
export interface Hold {
  readonly order: StopOrder;
  readonly mode: StopMode;
}

export type StopProblem = Extract<
  ProblemCode,
  'agent_killed' | 'agent_paused' | 'agent_quarantined' | 'agent_draining'
>;

/** `heldBy` on an allowed act: it passes, though a stop stands (a pause accepts work and holds it). */
export interface Allowed {
  readonly allowed: true;
  readonly heldBy: Hold | null;
}

/** A stop forbids the act: 403. */
export interface Stopped {
  readonly allowed: false;
  readonly code: StopProblem;
  readonly hold: Hold;
}

/** This build could not read an event that concerns the agent, so it denies: 503, since nobody stopped the agent. */
export interface Closed {
  readonly allowed: false;
  readonly code: 'gateway_fenced';
  readonly hold: null;
  readonly unknown: UnknownEvent;
}

export type Verdict = Allowed | Stopped | Closed;

/** What heartbeats, lists and the dashboard call the state of an agent. */
export type HealthStatus =
  | 'healthy'
  | 'degraded'
  | 'unreachable'
  | 'unknown'
  | 'killed'
  | 'paused'
  | 'quarantined'
  | 'draining';
