import { randomUUID } from 'node:crypto';
import type { Stage } from '../episode/stage.js';
import { consumersOf, deleteConsumer, jsApi, streamInfo } from '../nats/jetstream-admin.js';
import { ALWAYS, type Row } from './row.js';

const CONTROL = 'CONTROL';
const everyGateway = ({ mesh }: Stage): string[] => mesh.gateways.map(({ name }) => name);

const stepsDown: Row = {
  name: 'log-leader-steps-down',
  what: 'the leader of the control log is told to step down, three times',
  invariants: ALWAYS,
  run: async (stage) => {
    const stepDown = async (): Promise<void> => {
      for (let count = 0; count < 3; count += 1) {
        await stage.stepDown(CONTROL);
        await stage.lasts(stage.random.between(300, 1200));
      }
    };
    const how = { begin: stepDown, lastMs: 0, heal: async () => undefined };
    await stage.trouble('the log leader steps down', how, { until: () => stage.logsLed() });
  },
};

/** Whoever reads the log by that consumer hears nothing more, and nobody tells it. */
const consumersDeleted: Row = {
  name: 'consumers-deleted',
  what: 'every consumer of the control log is deleted under its reader, twice',
  invariants: ALWAYS,
  run: async (stage) => {
    const deleteAll = (): Promise<void> =>
      stage.withNats(async (nats) => {
        for (const name of await consumersOf(nats, CONTROL))
          await deleteConsumer(nats, CONTROL, name).catch(() => undefined);
      });
    const how = {
      begin: async () => {
        await deleteAll();
        await stage.lasts(1500);
        await deleteAll();
      },
      lastMs: 1500,
      heal: async () => undefined,
    };
    await stage.trouble('consumers deleted', how, { gateways: everyGateway(stage) });
  },
};

/** Nothing is stopped in an empty log, and nothing may be taken for free because of it. */
const emptied: Row = {
  name: 'log-emptied',
  what: 'the control log is deleted and made anew with nothing in it; nobody restores it',
  invariants: ['I1', 'I1c', 'I3', 'I6', 'alive'],
  spoilsMesh: true,
  endsClosed: true,
  run: async (stage) => {
    const begin = (): Promise<void> =>
      stage.withNats(async (nats) => {
        const { config } = await streamInfo(nats, CONTROL);
        await jsApi(nats, `STREAM.DELETE.${CONTROL}`);
        await stage.lasts(stage.random.between(0, 500));
        await jsApi(nats, `STREAM.CREATE.${CONTROL}`, config);
      });
    const how = { begin, lastMs: 5000, heal: async () => undefined };
    const nodes = stage.mesh.nodes.map(({ name }) => name);
    const gateways = everyGateway(stage);
    await stage.trouble('the log is emptied', how, { gateways, nodes, logs: true });
  },
};

/** An unreadable stop closes the namespace on whose subject it stands, in doubt: this one stands where nobody is. */
const POISON: readonly (readonly [subject: string, text: () => string])[] = [
  ['control.nobody.nowhere.stop.stop_aaaaaaaaaaaaaaaaaaaa', () => '\u0000 no JSON at all'],
  ['control.acme.production.agent.nobody', () => '{}'],
  ['control.mesh.gateway.nowhere-1', () => JSON.stringify({ type: 'GatewayJoined', version: 999 })],
  [
    'control.acme.production.novelty.one',
    () => JSON.stringify({ id: randomUUID(), type: 'Novelty', version: 1, data: { deep: [[[]]] } }),
  ],
  ['echo.nobody', () => '[]'],
];

/** The projector stops rather than skip, so the audit is not looked at here. */
const poison: Row = {
  name: 'poison-events',
  what: 'events that nobody can read are written into the control log',
  invariants: ALWAYS,
  spoilsMesh: true,
  run: async (stage) => {
    const begin = (): Promise<void> =>
      stage.withNats(async (nats) => {
        for (const [subject, text] of POISON) await nats.request(subject, text());
      });
    const how = { begin, lastMs: 3000, heal: async () => undefined };
    await stage.trouble('poison in the log', how);
  },
};

export const logRows: readonly Row[] = [stepsDown, consumersDeleted, emptied, poison];
