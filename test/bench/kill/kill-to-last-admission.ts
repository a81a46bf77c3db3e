import { setTimeout as wait } from 'node:timers/promises';
import type { Estop } from '#sdk';
import type { Contender } from '../rounds.js';
import type { Child } from './child.js';
import { msBetween, nowNs, type HammerReport } from './child-messages.js';

const HAMMER_LEAD_MS = 25;

/** Both contenders are measured under the same load: four loops that ask the guard of all four gateways. */
export const underLoad = (hammer: Child<HammerReport>, inner: Contender): Contender => ({
  name: inner.name,
  measure: async () => {
    await startHammer(hammer);
    const took = await inner.measure();
    await stopHammer(hammer);
    return took;
  },
});

/**
 * From the moment an operator's request leaves until the last answer "allow" has arrived from any gateway. The answer to the
 * kill is waited for as well; one "allow" after it would be a broken promise and ends the run.
 */
export const killToLastAdmission = (
  operator: Estop,
  agent: string,
  hammer: Child<HammerReport>,
): Contender => ({
  name: 'kill to last admission',
  measure: async () => {
    await startHammer(hammer);
    const startedNs = nowNs();
    const { order } = await operator.mesh.kill(agent, { reason: 'bench' });
    const answeredNs = nowNs();
    if (order.effective.acked < order.effective.of) throw new Error('a gateway is missing');
    await wait(10);
    const { lastAdmittedNs } = await stopHammer(hammer);
    await operator.mesh.resume(agent, { reason: 'bench' });
    if (lastAdmittedNs === null) throw new Error('nothing was admitted before the kill');
    const last = BigInt(lastAdmittedNs);
    if (msBetween(answeredNs, last) > IN_FLIGHT_MS) throw new Error('admitted after the answer');
    return Math.max(0.01, msBetween(startedNs, last));
  },
});

/** An "allow" that was decided before the stop may still be on its way through a busy process when the kill is answered. */
const IN_FLIGHT_MS = 50;

const startHammer = async (hammer: Child<HammerReport>): Promise<void> => {
  const started = hammer.next('started');
  hammer.tell({ kind: 'start' });
  await started;
  await wait(HAMMER_LEAD_MS);
};

const stopHammer = (hammer: Child<HammerReport>) => {
  const stopped = hammer.next('stopped');
  hammer.tell({ kind: 'stop' });
  return stopped;
};
