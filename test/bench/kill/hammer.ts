import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { nowNs, type Hammered, type HammerOrder, type HammerReport } from './child-messages.js';

/**
 * Asks the guard of every gateway, over one kept connection each, again a millisecond after each answer, and remembers when
 * the last "allow" arrived. It runs in a process of its own so that it does not slow down the one that measures. Without the
 * pause it fills both cores of a small machine, and what is measured is the queue for them.
 */
const agents = new Agent({ keepAlive: true, maxSockets: 1 });
const body = JSON.stringify({ tool: 'email.send' });

const PAUSE_MS = 1;

type Answered = 'admitted' | 'refused' | 'fenced' | 'failed';
type Tally = Record<Answered, number> & { lastNs: bigint | null; lastSentNs: bigint | null };

let gateways: readonly string[] = [];
let apiKey = '';
let running = false;
let loops: Promise<void>[] = [];
let tallies: Tally[] = [];

const tell = (report: HammerReport): void => void process.send?.(report);

// A guard's refusal is an answer like any other; only a gateway without a proof says 503.
const answerOf = (status: number, text: string): Answered => {
  if (text.includes('"allow"')) return 'admitted';
  if (status === 503) return 'fenced';
  return status === 200 || status === 403 ? 'refused' : 'failed';
};

const ask = (url: string): Promise<Answered> =>
  new Promise((resolve) => {
    const call = request(
      new URL('/v1/guard', url),
      {
        method: 'POST',
        agent: agents,
        headers: {
          'content-type': 'application/json',
          'content-length': body.length,
          'x-api-key': apiKey,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => resolve(answerOf(response.statusCode ?? 0, text)));
      },
    );
    call.on('error', () => resolve('failed'));
    call.end(body);
  });

const hammer = async (url: string, tally: Tally): Promise<void> => {
  while (running) {
    const sentNs = nowNs();
    const answered = await ask(url);
    tally[answered] += 1;
    if (answered === 'admitted') {
      tally.lastNs = nowNs();
      tally.lastSentNs = sentNs;
      mayBegin();
    }
    await wait(PAUSE_MS);
  }
};

let begun = false;
const mayBegin = (): void => {
  if (begun || tallies.some(({ admitted }) => admitted === 0)) return;
  begun = true;
  tell({ kind: 'started' });
};

const start = (): void => {
  [running, begun] = [true, false];
  tallies = gateways.map(() => ({
    ...{ admitted: 0, refused: 0, fenced: 0, failed: 0 },
    ...{ lastNs: null, lastSentNs: null },
  }));
  loops = gateways.map((url, at) => hammer(url, tallies[at] as Tally));
};

const hammered = ({ lastNs, lastSentNs, ...counts }: Tally): Hammered => ({
  ...counts,
  lastAdmittedNs: lastNs?.toString() ?? null,
  lastSentNs: lastSentNs?.toString() ?? null,
});

const stop = async (): Promise<void> => {
  running = false;
  await Promise.all(loops);
  tell({ kind: 'stopped', gateways: tallies.map(hammered) });
};

process.on('message', (order: HammerOrder) => {
  if (order.kind === 'setup') {
    ({ gateways, apiKey } = order);
    tell({ kind: 'ready' });
  }
  if (order.kind === 'start') start();
  if (order.kind === 'stop') void stop();
});
process.once('disconnect', () => process.exit());
