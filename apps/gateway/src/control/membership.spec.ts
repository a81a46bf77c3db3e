import {
  controlEvents,
  eventCodec,
  gatewaySubject,
  type ControlEvent,
  type ControlFact,
  type GatewayId,
  type RegionName,
} from '#contracts';
import { InMemoryEventStore } from '#event-store';
import {
  createControlLog,
  createLogger,
  followStore,
  record,
  systemClock,
  systemIds,
} from '#platform';
import { until, gatewayJoined } from '#testing';
import { Membership } from './membership.js';

const gateway = 'us-east-1' as GatewayId;
const region = 'us-east' as RegionName;
const log = createLogger({ service: 'gateway', level: 'silent' });
const URL = 'http://127.0.0.1:1';

const newStore = () => new InMemoryEventStore<ControlEvent>({ codec: eventCodec(controlEvents) });

const newMember = async (store: InMemoryEventStore<ControlEvent>) => {
  const controlLog = createControlLog({
    source: followStore(store),
    log,
    onChange: (change) => membership.observe(change),
  });
  const options = { identity: { gateway, region }, store, controlLog, log };
  const membership = new Membership({ ...options, clock: systemClock, ids: systemIds });
  await controlLog.start();
  return { membership, controlLog };
};

const say = (store: InMemoryEventStore<ControlEvent>, fact: ControlFact) => {
  const actor = { kind: 'node' as const, id: 'node', via: 'mesh' };
  const about = { actor, org: null, workspace: null, correlationId: 'test' };
  const event = record(fact, about, systemClock, systemIds) as ControlEvent;
  return store.append({ subject: gatewaySubject(gateway), event });
};

describe('membership', () => {
  it('counts from the reading of its own join, with one boot more each time', async () => {
    const store = newStore();
    const first = await newMember(store);
    expect(first.membership.member).toBe(false);
    await first.membership.join(URL);
    expect(first.membership.boot).toBe(1);
    await first.membership.leave();
    expect(first.membership.boot).toBe(0);
    const second = await newMember(store);
    await second.membership.join(URL);
    expect(second.membership.boot).toBe(2);
    await Promise.all([first.controlLog.stop(), second.controlLog.stop()]);
  });

  it('belongs to one process of a name: the later one', async () => {
    const store = newStore();
    const [first, second] = [await newMember(store), await newMember(store)];
    await Promise.all([first.membership.join(`${URL}1`), second.membership.join(`${URL}2`)]);
    await until(() => first.membership.member !== second.membership.member);
    await Promise.all([first.controlLog.stop(), second.controlLog.stop()]);
  });

  it('is taken up again after a removal', async () => {
    const store = newStore();
    const { membership, controlLog } = await newMember(store);
    await membership.join(URL);
    await say(store, { type: 'GatewayRemoved', data: { gateway, boot: 1, silentForMs: 30_000 } });
    await until(() => membership.boot === 2);
    await controlLog.stop();
  });

  it('is not taken up again once another process has the name', async () => {
    const store = newStore();
    const { membership, controlLog } = await newMember(store);
    await membership.join(URL);
    await say(store, gatewayJoined(gateway, 7, { region }));
    await until(() => !membership.member);
    await say(store, { type: 'GatewayRemoved', data: { gateway, boot: 7, silentForMs: 1 } });
    expect(membership.boot).toBe(0);
    await controlLog.stop();
  });
});
