import { streams } from '#contracts';
import { connectNats } from '#event-store-jetstream';
import { EmulatedGateways } from './emulated-gateways.js';
import type { EmulatorOrder, EmulatorReport } from './emulator-messages.js';

/** Emulated gateways in a process of their own: what is measured is the control node that answers them. */
const [servers = '', user = '', password = '', count = '0'] = process.argv.slice(2);
const tell = (report: EmulatorReport): void => void process.send?.(report);

const nats = await connectNats({ servers, user, password, name: 'bench', inboxPrefix: '_INBOX' });
const gateways = new EmulatedGateways(nats.rawLog(streams.control.name), nats.messaging());
let sinceMs = 0;

const renew = (): void => {
  gateways.renewals = 0;
  gateways.answerBytes = 0;
  for (const node of Object.keys(gateways.answers)) delete gateways.answers[node];
  sinceMs = performance.now();
  gateways.renew();
  tell({ kind: 'renewing' });
};

const rest = (): void => {
  gateways.rest();
  const { renewals, answers, answerBytes } = gateways;
  const tookMs = performance.now() - sinceMs;
  tell({ kind: 'resting', tookMs, renewals, answers: { ...answers }, answerBytes });
};

process.on('message', ({ kind }: EmulatorOrder) => (kind === 'renew' ? renew() : rest()));
process.once('disconnect', () => process.exit());
await gateways.join(Number(count));
tell({ kind: 'joined' });
