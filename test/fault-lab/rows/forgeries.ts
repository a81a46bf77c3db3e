import { randomBytes } from 'node:crypto';
import type { Stage } from '../episode/stage.js';
import { addressOf } from '../mesh/fleet.js';
import { REGIONS } from '../mesh/layout.js';
import type { RawMessage } from '../nats/nats-parser.js';
import type { RawNats } from '../nats/raw-nats.js';
import { nowMs } from '../time.js';
import { blackHole, healthy } from '../proxy/fault.js';
import { gatewaysIn, linksOf } from './links.js';
import { ALWAYS, type Row } from './row.js';

const ORDERS = 'live.order.*';
const FORGED: Row['invariants'] = [...ALWAYS, 'I9'];
const EVERY_MS = 150;
const LAST_MS = 5000;

const newOrderId = (): string =>
  `stop_${[...randomBytes(20)].map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32]).join('')}`;

/** Overhears every push while the work is done. */
const overhearing = async (
  stage: Stage,
  work: (nats: RawNats, pushes: readonly RawMessage[]) => Promise<void>,
): Promise<void> =>
  stage.withNats(async (nats) => {
    const pushes: RawMessage[] = [];
    const end = nats.subscribe(ORDERS, (message) => pushes.push(message));
    await work(nats, pushes);
    end();
  });

const again = async (stage: Stage, work: () => void): Promise<void> => {
  for (const endMs = nowMs() + LAST_MS; nowMs() < endMs; await stage.lasts(EVERY_MS)) work();
};

/** A push says that something was ordered; said again, also when it is long lifted, it says nothing new. */
const replayed: Row = {
  name: 'replayed-pushes',
  what: 'genuine pushes are sent again and again, also long after their lift',
  invariants: FORGED,
  run: (stage) =>
    overhearing(stage, async (nats, pushes) => {
      const atMs = nowMs();
      stage.forgeries.push({
        what: 'replayed pushes',
        atMs,
        agents: [],
        orderId: null,
        appended: false,
      });
      await again(stage, () => {
        if (pushes.length === 0) return;
        const { subject, data } = stage.random.of(pushes);
        nats.publish(subject, data);
      });
    }),
};

/** The same order for somebody else, under another id, with the signature that fitted the first. */
const retold = (text: string, address: string, orderId: string): string =>
  text
    .replaceAll(/stop_[a-z2-7]{20}/g, orderId)
    .replaceAll(/agent:\/\/[a-z0-9/_-]+/g, address)
    .replaceAll(/"tag":"[^"]*"/g, `"agent":"${address}"`)
    .replaceAll(/"namespace":"[^"]*"/g, `"agent":"${address}"`);

const forge = (stage: Stage, nats: RawNats, push: RawMessage | undefined): void => {
  const name = stage.random.of(stage.fleet.bystanders);
  const orderId = newOrderId();
  const atMs = nowMs();
  stage.forgeries.push({ what: 'a forged push', atMs, agents: [name], orderId, appended: false });
  const address = addressOf({ name, workspace: 'production' });
  const node = stage.random.of(stage.mesh.nodes).name;
  const subject = push?.subject ?? `live.order.${node}`;
  const genuine = push?.data.toString() ?? '{"order":{"orderId":"stop_aaaaaaaaaaaaaaaaaaaa"}}';
  const text = retold(genuine, address, orderId);
  nats.publish(subject, text);
  nats.publish(subject, text.replaceAll(/"signature":"[^"]*"/g, '"signature":null'));
  nats.publish(subject, randomBytes(300));
};

/** Once with the credential of a gateway, which may not publish there at all, and once as one whom the server lets. */
const forgedPushes: Row = {
  name: 'forged-pushes',
  what: "orders that no control node signed are pushed, with a gateway's credential and with one that may do anything",
  invariants: FORGED,
  run: (stage) =>
    overhearing(stage, async (admin, pushes) => {
      await stage.withNats(async (gateway) => {
        await again(stage, () => {
          const push = pushes.length > 0 ? stage.random.of(pushes) : undefined;
          forge(stage, stage.random.chance(0.5) ? admin : gateway, push);
        });
      }, 'gateway');
    }),
};

/** A receipt for a gateway that is cut off, so that a node would call contained what still runs there. */
const forgedReceipts: Row = {
  name: 'forged-receipts',
  what: "a region is cut off, and others send its gateways' receipts for them",
  invariants: [...FORGED, 'I4'],
  run: async (stage) => {
    const place = stage.random.of(REGIONS);
    const cut = gatewaysIn(stage, place);
    const links = linksOf(stage, cut);
    const { proxies } = stage.mesh;
    const impersonate = (nats: RawNats, { subject, data }: RawMessage): void => {
      const genuine = subject.split('.').at(-1) ?? '';
      if (cut.includes(genuine)) return;
      for (const name of cut)
        nats.publish(subject.replace(genuine, name), data.toString().replaceAll(genuine, name));
    };
    const during = (): Promise<void> =>
      stage.withNats(async (admin) => {
        const end = admin.subscribe('live.receipt.>', (message) => impersonate(admin, message));
        await stage.lasts(LAST_MS);
        end();
      });
    stage.forgeries.push({
      ...{ what: 'forged receipts', atMs: nowMs(), agents: [], orderId: null, appended: false },
    });
    const begin = () => proxies.set(links, blackHole);
    const heal = () => proxies.set(links, healthy);
    await stage.trouble(
      `${place}: cut off`,
      { begin, during, heal },
      { gateways: cut, cutOff: cut },
    );
  },
};

/** A stop in the log that nobody signed: it was written past the nodes. */
const forgedAppend: Row = {
  name: 'forged-append',
  what: 'an order that no control node signed is written into the control log',
  invariants: FORGED,
  spoilsMesh: true,
  run: async (stage) => {
    const [name = ''] = stage.fleet.bystanders;
    const orderId = newOrderId();
    const selector = { agent: addressOf({ name, workspace: 'production' }) };
    const at = new Date().toISOString();
    const event = {
      ...{ id: '00000000-0000-7000-8000-000000000001', type: 'StopOrdered', version: 1, at },
      ...{
        org: 'acme',
        workspace: 'production',
        actor: { kind: 'operator', id: 'x', via: 'http' },
      },
      ...{ correlation_id: 'x', causation_id: null, signature: null },
      data: { orderId, mode: 'halt', selector, reason: null, expiresAt: null, drainUntil: null },
    };
    const atMs = nowMs();
    stage.forgeries.push({
      what: 'an unsigned order in the log',
      atMs,
      agents: [name],
      orderId,
      appended: true,
    });
    const subject = `control.acme.production.stop.${orderId}`;
    await stage.withNats((nats) => nats.request(subject, JSON.stringify(event)));
    await stage.lasts(3000);
  },
};

export const forgeryRows: readonly Row[] = [replayed, forgedPushes, forgedReceipts, forgedAppend];
