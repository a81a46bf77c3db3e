import type { GatewayId, NotifierRequest, RegionName } from '#contracts';
import type { Control } from '../control/control.js';
import { ApiProblem } from '#platform';
import type { Notifier } from '../webhooks/notifier.js';
import { FenceWatch } from './fence-watch.js';

const MINUTE = Date.UTC(2026, 0, 31, 3);
const member = { gateway: 'g1' as GatewayId, region: 'near' as RegionName, boot: 2 };

let nowMs: number;
let word: { silentForMs: number; report: { fenced: boolean } } | null;
let members: object[];
let asked: NotifierRequest[];
let webhooks: { revokedAt: null }[];
let isAway: boolean;

const watch = (): FenceWatch =>
  new FenceWatch(
    {
      view: { gateways: () => members, webhooks: { all: () => webhooks } },
      parts: { reports: { lastWord: () => word }, clock: { nowMs: () => nowMs } },
    } as unknown as Control,
    {
      ask: (request: NotifierRequest) => {
        if (isAway) throw new ApiProblem('notifier_unavailable', 'away');
        asked.push(request);
        return Promise.resolve({ ok: true, queued: 1, told: null });
      },
    } as unknown as Notifier,
  );
const types = () => asked.map((one) => (one.op === 'tell' ? one.told.type : '?'));
const ids = () => asked.map((one) => (one.op === 'tell' ? one.told.eventId : '?'));

beforeEach(() => {
  [nowMs, members, asked, isAway] = [MINUTE, [member], [], false];
  word = { silentForMs: 0, report: { fenced: false } };
  webhooks = [{ revokedAt: null }];
});

const pass = async (looker: FenceWatch, seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second += 1) {
    nowMs += 1000;
    await looker.run();
  }
};

it('tells once of a gateway that is fenced for more than five seconds, and of the end', async () => {
  const looker = watch();
  word = { silentForMs: 0, report: { fenced: true } };
  await pass(looker, 5);
  expect(types()).toEqual([]);
  await pass(looker, 20);
  expect(types()).toEqual(['gateway.fenced']);
  word = { silentForMs: 0, report: { fenced: false } };
  await pass(looker, 5);
  expect(types()).toEqual(['gateway.fenced', 'gateway.unfenced']);
});

it('takes silence for a fence, and a gateway that left for none', async () => {
  const looker = watch();
  word = { silentForMs: 4000, report: { fenced: false } };
  await pass(looker, 8);
  members = [];
  await pass(looker, 8);
  expect(types()).toEqual(['gateway.fenced']);
});

it('says nothing of a short fence, nor of a gateway that it never heard', async () => {
  const looker = watch();
  word = { silentForMs: 0, report: { fenced: true } };
  await pass(looker, 3);
  word = { silentForMs: 0, report: { fenced: false } };
  await pass(looker, 3);
  word = null;
  await pass(looker, 20);
  expect(types()).toEqual([]);
});

it('asks no notifier where nobody has a webhook', async () => {
  [webhooks, isAway] = [[], true];
  word = { silentForMs: 0, report: { fenced: true } };
  await pass(watch(), 10);
  expect(types()).toEqual([]);
});

it('tries again until a notifier takes it', async () => {
  const looker = watch();
  [isAway, word] = [true, { silentForMs: 0, report: { fenced: true } }];
  await pass(looker, 5);
  await expect(pass(looker, 5)).rejects.toThrow('away');
  isAway = false;
  await pass(looker, 2);
  expect(types()).toEqual(['gateway.fenced']);
});

it('has the same id at every node that sees it begin within a minute', async () => {
  word = { silentForMs: 0, report: { fenced: true } };
  await pass(watch(), 8);
  nowMs = MINUTE + 1500;
  await pass(watch(), 8);
  expect(new Set(ids()).size).toBe(1);
});
