import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { nowNs, type HammerOrder, type HammerReport } from './child-messages.js';

/**
 * Asks the guard of every gateway, over one kept connection each, again a millisecond after each answer, and remembers when
 * the last "allow" arrived. It runs in a process of its own so that it does not slow down the one that measures. Without the
 * pause it fills both cores of a small machine, and what is measured is the queue for them.
 */
const agents = new Agent({ keepAlive: true, maxSockets: 1 });
const body = JSON.stringify({ tool: 'email.send' });

const PAUSE_MS = 1;

let gateways: readonly string[] = [];
let apiKey = '';
let running = false;
let loops: Promise<void>[] = [];
let lastAdmittedNs: bigint | null = null;
let admitted = 0;
let refused = 0;

const tell = (report: HammerReport): void => void process.send?.(report);

const ask = (url: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
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
        response.on('end', () => resolve(text.includes('"allow"')));
      },
    );
    call.on('error', reject);
    call.end(body);
  });

const hammer = async (url: string): Promise<void> => {
  while (running) {
    if (await ask(url)) {
      admitted += 1;
      lastAdmittedNs = nowNs();
    } else {
      refused += 1;
    }
    await wait(PAUSE_MS);
  }
};

const start = (): void => {
  running = true;
  lastAdmittedNs = null;
  admitted = 0;
  refused = 0;
  loops = gateways.map(hammer);
  tell({ kind: 'started' });
};

const stop = async (): Promise<void> => {
  running = false;
  await Promise.all(loops);
  tell({ kind: 'stopped', lastAdmittedNs: lastAdmittedNs?.toString() ?? null, admitted, refused });
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
