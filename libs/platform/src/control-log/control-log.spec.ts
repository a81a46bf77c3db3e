import { controlEvents, eventCodec, type ControlEvent } from '#contracts';
import type { StoredControlEvent } from '#domain';
import { InMemoryEventStore, LogUnavailableError } from '#event-store';
import { record } from '../command/record.js';
import { systemIds } from '../identity/ids.js';
import { createLogger } from '../log/logger.js';
import { createControlLog, type ControlLog, type ControlLogOptions } from './control-log.js';
import {
  followStore,
  type ControlSource,
  type PushedStop,
  type StoredControl,
} from './control-source.js';
import { ControlHistory, gatewayJoined, recorded, stopLifted, stopOrdered } from '#testing';

const about = {
  actor: { kind: 'system', id: 'spec', via: 'spec' },
  org: null,
  workspace: null,
  correlationId: 'spec',
} as const;
const joined = (name: string): ControlEvent =>
  record(gatewayJoined(name), about, { nowMs: () => 0 }, systemIds);

let store: InMemoryEventStore<ControlEvent>;
let logged = '';
let controlLog: ControlLog;
const log = createLogger({
  service: 'spec',
  destination: { write: (line: string) => (logged += line) },
});
const add = (name: string) =>
  store.append({ subject: `control.mesh.gateway.${name}`, event: joined(name) });
const make = (more: Partial<ControlLogOptions> = {}): ControlLog =>
  (controlLog = createControlLog({ source: followStore(store), log, ...more }));

beforeEach(() => {
  logged = '';
  store = new InMemoryEventStore<ControlEvent>({ codec: eventCodec(controlEvents) });
});
afterEach(() => controlLog.stop());

describe('the control log', () => {
  it('is ready once all that the log held is applied', async () => {
    await add('g1');
    make();
    expect(controlLog.ready()).toBe(false);
    await controlLog.start();
    expect(controlLog.ready()).toBe(true);
    expect(controlLog.view.gateways().map(({ gateway }) => gateway)).toEqual(['g1']);
  });

  it('is ready at once on an empty log', async () => {
    await make().start();
    expect(controlLog.ready()).toBe(true);
  });

  it('tells of each change in order, then of the position', async () => {
    const told: string[] = [];
    make({
      onChange: (change, stored) => void told.push(`${change.joined?.gateway}@${stored.sequence}`),
      onApplied: (position) => void told.push(`applied ${position}`),
    });
    await controlLog.start();
    const stop = controlLog.listen(({ sequence }) => told.push(`heard ${sequence}`));
    await add('g1');
    await controlLog.barrier();
    stop();
    await add('g2');
    await controlLog.barrier();
    expect(told).toEqual(['g1@1', 'heard 1', 'applied 1', 'g2@2', 'applied 2']);
  });

  it('passes a barrier only behind everything that was written before it', async () => {
    await make().start();
    const { sequence } = await add('g1');
    await controlLog.barrier();
    expect(controlLog.view.position).toBe(sequence);
  });

  it('says when a sequence was not reached in time', async () => {
    await make().start();
    expect(await controlLog.until(1, 1)).toBe(false);
    const waiting = controlLog.until(1, 5000);
    await add('g1');
    expect(await waiting).toBe(true);
  });

  it('keeps serving what it knows while the server is away, and fails a barrier', async () => {
    await add('g1');
    await make().start();
    store.setAvailable(false);
    expect([controlLog.ready(), controlLog.connected()]).toEqual([true, false]);
    expect(controlLog.view.gateways()).toHaveLength(1);
    await expect(controlLog.barrier()).rejects.toThrow(LogUnavailableError);
    store.setAvailable(true);
    expect(controlLog.connected()).toBe(true);
  });

  it('closes for good when an event cannot be applied', async () => {
    make({
      onChange: () => {
        throw new Error('cannot cut');
      },
    });
    await controlLog.start();
    const waiting = controlLog.until(1, 5000);
    await add('g1');
    expect(await waiting).toBe(false);
    expect(controlLog.ready()).toBe(false);
    expect(logged).toContain('control log cannot be applied');
    expect(await controlLog.until(2, 5000)).toBe(false);
  });

  it('does not start when the first reading breaks', async () => {
    await add('g1');
    make({
      onChange: () => {
        throw new Error('cannot cut');
      },
    });
    await expect(controlLog.start()).rejects.toThrow();
    expect(controlLog.ready()).toBe(false);
  });
});

const asStored = (event: StoredControlEvent): StoredControl => ({
  subject: 'control.x',
  trace: {},
  ...event,
});

describe('a control log that is fed', () => {
  const source: ControlSource = {
    start: () => Promise.resolve(),
    connected: () => true,
    lastSequence: () => Promise.resolve(7),
    stop: () => Promise.resolve(),
  };
  const order = recorded(
    stopOrdered({ agent: 'agent://acme/prod/rogue' }, { id: 'a' }),
    0,
  ) as PushedStop;

  it('passes a barrier at a position whose last events have no effect', async () => {
    make({ source });
    await controlLog.start();
    const passed = controlLog.barrier(5000);
    controlLog.feed.applied(7);
    await passed;
    expect([controlLog.position, controlLog.view.position]).toEqual([7, 0]);
  });

  it('keeps what stands when another log begins, until that log lifts it', async () => {
    make({ source });
    const { feed, view } = controlLog;
    feed.enforce(order);
    feed.apply(asStored(new ControlHistory().stored(gatewayJoined('g1'))));
    feed.startOver();
    expect(view.gateways()).toEqual([]);
    expect([...view.standing()].map(({ orderId }) => orderId)).toEqual([order.data.orderId]);
    const history = new ControlHistory();
    feed.apply(asStored(history.stored(order)));
    feed.apply(asStored(history.stored(stopLifted('a'))));
    expect([...view.standing()]).toEqual([]);
  });
});
