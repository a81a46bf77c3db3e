import { setTimeout as wait } from 'node:timers/promises';
import { Child } from '../child.js';
import type { Contender } from '../rounds.js';
import type { Hammered, HammerReport } from './child-messages.js';

const LEAD_MS = 25;
const STARTED_MS = 30_000;

/** One agent that asks the guard of all gateways, in a process of its own. */
export class Hammering {
  private readonly child = new Child<HammerReport>('kill/hammer.js');

  async setUp(gateways: readonly string[], apiKey: string): Promise<void> {
    const ready = this.child.next('ready');
    this.child.tell({ kind: 'setup', gateways, apiKey });
    await ready;
  }

  /** @throws Error when one of the gateways admits nothing for half a minute */
  async start(): Promise<void> {
    const started = this.child.next('started').then(() => true);
    this.child.tell({ kind: 'start' });
    const late = new AbortController();
    const tooLate = wait(STARTED_MS, false, { signal: late.signal }).catch(() => false);
    const isStarted = await Promise.race([started, tooLate]);
    late.abort();
    if (!isStarted) throw new Error('a gateway admits nothing, though no stop holds the agent');
    await wait(LEAD_MS);
  }

  /** What each gateway answered since the start, in their order. */
  async stop(): Promise<readonly Hammered[]> {
    const stopped = this.child.next('stopped');
    this.child.tell({ kind: 'stop' });
    return (await stopped).gateways;
  }

  end(): Promise<void> {
    return this.child.end();
  }
}

/** The same load for every contender: loops that ask the guard of all gateways. */
export const underLoad = (hammering: Hammering, inner: Contender): Contender => ({
  name: inner.name,
  measure: async () => {
    await hammering.start();
    const took = await inner.measure();
    await hammering.stop();
    return took;
  },
});
