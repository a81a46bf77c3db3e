import { setTimeout as wait } from 'node:timers/promises';
import type { OrderReport } from '#contracts';
import type { Estop } from '#sdk';
import { msBetween, nowNs } from './child-messages.js';
import type { Hammering } from './hammering.js';

/** An agent that works, and an operator who can stop it. */
export interface KillStage {
  readonly operator: Estop;
  readonly rogue: string;
  readonly hammering: Hammering;
}

export interface Killed {
  /** From the operator's request to the arrival of the last "allow", gateway by gateway, in milliseconds. */
  readonly lastAdmissionMs: readonly number[];
  /** To the answer. */
  readonly answeredMs: number;
  /** As this machine's wall clock says it, milliseconds since the epoch. */
  readonly answeredAtMs: number;
  readonly order: OrderReport;
  /** Requests that a gateway answered 503, since it could not prove its state. */
  readonly fenced: number;
}

export interface KillWait {
  /** How long the answer may wait for the proof. @default 1000 */
  readonly timeoutMs?: number;
  /** What happens between the start of the agent's requests and the command. */
  before?(): Promise<void>;
  /** Another way to give the command. @default by the client library, with an idempotency key */
  command?(): Promise<OrderReport>;
}

const AFTER_MS = 10;

/**
 * Kills the agent while it asks every gateway, and waits for the answer. A request that is sent after `contained` and is
 * admitted breaks the product's promise and ends the run.
 */
export const killOnce = async (
  { operator, rogue, hammering }: KillStage,
  { timeoutMs, before, command }: KillWait = {},
): Promise<Killed> => {
  await hammering.start();
  await before?.();
  const body = { reason: 'bench', ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }) };
  const byLibrary = async (): Promise<OrderReport> => (await operator.mesh.kill(rogue, body)).order;
  const sentNs = nowNs();
  const order = await (command ?? byLibrary)();
  const answeredNs = nowNs();
  const answeredAtMs = Date.now();
  await wait(AFTER_MS);
  const gateways = await hammering.stop();
  const lastAdmissionMs = gateways.map(({ lastAdmittedNs, lastSentNs }) => {
    if (lastAdmittedNs === null) throw new Error('a gateway admitted nothing before the kill');
    const isLate = order.contained && BigInt(lastSentNs ?? 0) > answeredNs;
    if (isLate) throw new Error('a request was admitted after the answer "contained"');
    return Math.max(0.01, msBetween(sentNs, BigInt(lastAdmittedNs)));
  });
  const fenced = gateways.reduce((sum, gateway) => sum + gateway.fenced, 0);
  return {
    lastAdmissionMs,
    answeredMs: msBetween(sentNs, answeredNs),
    answeredAtMs,
    order,
    fenced,
  };
};

/** Everything runs again, as after every round. */
export const resumed = async ({ operator, rogue }: KillStage): Promise<void> => {
  await operator.mesh.resume(rogue, { reason: 'bench' });
};

/** By the control node's clock, from the command to the last gateway's receipt; `null` where one had not come. */
export const lastReceiptMs = ({ gateways }: OrderReport): number | null => {
  const all = gateways.map(({ applied_after_ms: ms }) => ms);
  return all.some((ms) => ms === null) ? null : Math.max(...all.map(Number));
};

/** Of those kills that every gateway had confirmed when they were answered. */
export const receiptsMs = (kills: readonly Killed[]): number[] =>
  kills.map(({ order }) => lastReceiptMs(order)).filter((ms) => ms !== null);
