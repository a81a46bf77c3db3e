import { RELAXED_MS } from './bounds.js';
import type { Attempt, Claim, History, OrderStory, Trouble } from './history.js';
import type { Invariant } from './finding.js';
import { judge } from './verdict.js';

const quiet: History = {
  attempts: [],
  orders: [],
  troubles: [],
  gateways: ['east', 'west'],
  log: null,
  storedWork: null,
  kept: [],
  forgeries: [],
  crashes: [],
  stalls: [],
  audit: null,
};

const at = (sentMs: number, terms: Partial<Attempt> = {}): Attempt => ({
  kind: 'guard',
  gateway: 'east',
  from: 'target',
  to: null,
  sentMs,
  endMs: sentMs + 5,
  status: 200,
  code: 'allow',
  orderId: null,
  work: null,
  ...terms,
});

const refusedAt = (sentMs: number, terms: Partial<Attempt> = {}): Attempt =>
  at(sentMs, { kind: 'intent', status: 403, code: 'agent_killed', orderId: 'stop_a', ...terms });

const fencedAt = (sentMs: number, terms: Partial<Attempt> = {}): Attempt =>
  at(sentMs, { status: 503, code: 'gateway_fenced', ...terms });

const claim = (atMs: number, terms: Partial<Claim> = {}): Claim => ({
  by: 'node-1',
  sentMs: atMs - 10,
  atMs,
  state: 'ordered',
  committed: false,
  contained: false,
  acked: [],
  of: 2,
  ...terms,
});

const contained = (atMs: number): Claim =>
  claim(atMs, { state: 'contained', committed: true, contained: true });

const order = (terms: Partial<OrderStory> = {}): OrderStory => ({
  orderId: 'stop_a',
  selector: 'target',
  literal: true,
  agents: ['target'],
  sentMs: 1000,
  // How soon it must be in force is asked in its own block.
  askedMs: null,
  claims: [],
  liftSentMs: null,
  liftedMs: null,
  ...terms,
});

const trouble = (terms: Partial<Trouble>): Trouble => ({
  what: 'east cut off',
  fromMs: 1000,
  inForceMs: 1010,
  healingMs: 4990,
  toMs: 5000,
  gateways: ['east'],
  cutOff: [],
  nodes: [],
  logs: false,
  ...terms,
});

const kept = [{ orderId: 'stop_a', status: 200, committed: true, lifted: false }];

/** The invariants that a history breaks. */
const broken = (history: Partial<History>): Invariant[] =>
  [...judge({ ...quiet, kept, ...history }).values()]
    .filter(({ violations }) => violations.length > 0)
    .map(({ invariant }) => invariant);

describe('I1c: nothing is admitted after contained', () => {
  const orders = [order({ claims: [contained(2000)] })];

  it('breaks by an admission that was sent after the answer', () =>
    expect(broken({ orders, attempts: [at(2001)] })).toEqual(['I1c']));
  it('also as the receiver of an intent', () =>
    expect(
      broken({
        orders,
        attempts: [at(2001, { kind: 'intent', from: 'other', to: 'target', code: null })],
      }),
    ).toEqual(['I1c']));
  it('holds for one that was on its way when the answer came', () =>
    expect(broken({ orders, attempts: [at(1999, { endMs: 2600 })] })).toEqual([]));
  it('holds for a refusal, a block and a fence', () =>
    expect(
      broken({
        orders,
        attempts: [
          refusedAt(2001),
          at(2001, { code: 'block' }),
          fencedAt(2001, { gateway: 'west' }),
        ],
      }),
    ).toEqual([]));
  it('holds once somebody tries to lift it', () =>
    expect(
      broken({
        orders: [order({ claims: [contained(2000)], liftSentMs: 3000 })],
        attempts: [at(2998)],
      }),
    ).toEqual([]));
  it('breaks by an answer that calls contained what is not committed', () =>
    expect(broken({ orders: [order({ claims: [claim(2000, { contained: true })] })] })).toEqual([
      'I1c',
    ]));
});

describe('I1: nothing is admitted X after the commit', () => {
  const orders = [order({ claims: [claim(2000, { committed: true })] })];
  const last = 2000 + RELAXED_MS;

  it('breaks later than that', () =>
    expect(broken({ orders, attempts: [at(last + 1)] })).toEqual(['I1']));
  it('holds within it', () => expect(broken({ orders, attempts: [at(last - 1)] })).toEqual([]));
  it('does not count from the answer of a node that was not ready', () =>
    expect(
      broken({
        orders,
        attempts: [at(last + 1)],
        troubles: [trouble({ gateways: [], nodes: ['node-1'], fromMs: 1900, toMs: 2100 })],
      }),
    ).toEqual([]));
});

describe('I2: an answered order is kept', () => {
  const orders = [order({ claims: [claim(1100)] })];
  it.each([
    ['is unknown', [{ orderId: 'stop_a', status: 404, committed: false, lifted: false }]],
    ['was never committed', [{ orderId: 'stop_a', status: 200, committed: false, lifted: false }]],
    ['was lifted by nobody', [{ orderId: 'stop_a', status: 200, committed: true, lifted: true }]],
  ])('breaks when it %s', (_, lost) => expect(broken({ orders, kept: lost })).toEqual(['I2']));
  it('breaks when the log has it twice', () =>
    expect(
      broken({
        orders,
        log: [1, 2].map((sequence) => ({ type: 'StopOrdered', orderId: 'stop_a', sequence })),
      }),
    ).toEqual(['I2']));
  it('does not speak of an order that nobody was told of', () =>
    expect(broken({ orders: [order({ orderId: null })] })).toEqual([]));
});

describe('I3: who is stopped stays stopped', () => {
  it('breaks by an admission where the same gateway had refused', () =>
    expect(broken({ orders: [order()], attempts: [refusedAt(1500), at(1600)] })).toEqual(['I3']));
  it('holds at another gateway', () =>
    expect(
      broken({ orders: [order()], attempts: [refusedAt(1500), at(1600, { gateway: 'west' })] }),
    ).toEqual([]));
  it('breaks by an admission where the gateway had acknowledged', () =>
    expect(
      broken({
        orders: [order({ claims: [claim(1500, { acked: ['east'] })] })],
        attempts: [at(1501)],
      }),
    ).toEqual(['I3']));
  it('holds after somebody tried to lift it', () =>
    expect(
      broken({
        orders: [order({ liftSentMs: 1550, liftedMs: 1560 })],
        attempts: [refusedAt(1500), at(1600)],
      }),
    ).toEqual([]));
  it('does not hold an order that stands again to what was seen of it before', () =>
    expect(
      broken({
        orders: [
          order({ liftSentMs: 1600, liftedMs: 1610 }),
          order({ sentMs: 3000, liftSentMs: 4000, liftedMs: 4010 }),
        ],
        attempts: [refusedAt(1500), at(2500)],
      }),
    ).toEqual([]));
  it('breaks by a lift in the log that nobody asked for', () =>
    expect(
      broken({
        orders: [order()],
        log: [{ type: 'StopLifted', orderId: 'stop_a', sequence: 9 }],
      }),
    ).toEqual(['I3']));
});

describe('I4: without a proof nothing is admitted', () => {
  const troubles = [trouble({ cutOff: ['east'] })];
  it('breaks by an admission after the lease', () =>
    expect(broken({ troubles, attempts: [at(1011 + RELAXED_MS, { from: 'bystander' })] })).toEqual([
      'I4',
    ]));
  it('holds within the lease, elsewhere, and after the heal', () =>
    expect(
      broken({
        troubles,
        attempts: [
          at(1009 + RELAXED_MS, { from: 'bystander' }),
          at(3000, { from: 'bystander', gateway: 'west' }),
          at(5001, { from: 'bystander' }),
        ],
      }),
    ).toEqual([]));
});

describe('I6: nobody else is stopped', () => {
  it('breaks by a refusal of an agent that no order covers', () =>
    expect(
      broken({ orders: [order()], attempts: [refusedAt(1500, { from: 'bystander' })] }),
    ).toEqual(['I6']));
  it('breaks by a refusal before anybody ordered the stop, and long after it was lifted', () => {
    const orders = [order({ liftSentMs: 2000, liftedMs: 2010 })];
    expect(broken({ orders, attempts: [refusedAt(900)] })).toEqual(['I6']);
    expect(broken({ orders, attempts: [refusedAt(2011 + RELAXED_MS)] })).toEqual(['I6']);
  });
  it('holds while a lift is on its way', () =>
    expect(
      broken({
        orders: [order({ liftSentMs: 2000, liftedMs: 2010 })],
        attempts: [refusedAt(2400)],
      }),
    ).toEqual([]));
});

describe('I8: healthy gateways serve on', () => {
  const troubles = [trouble({})];
  it('breaks by a fence at a gateway that the fault does not touch', () =>
    expect(
      broken({ troubles, attempts: [fencedAt(3000, { from: 'bystander', gateway: 'west' })] }),
    ).toEqual(['I8']));
  it('breaks by a fence without any fault, and by silence', () => {
    expect(broken({ attempts: [fencedAt(3000)] })).toEqual(['I8']);
    expect(broken({ attempts: [at(3000, { status: 0, code: null })] })).toEqual(['I8']);
  });
  it('says nothing of a fence when the machine took 200 ms of the lease before it, but of what is admitted', () => {
    const stalls = [{ fromMs: 2400, toMs: 2700 }];
    expect(broken({ stalls, attempts: [fencedAt(2600)] })).toEqual([]);
    expect(broken({ stalls, attempts: [fencedAt(3240)] })).toEqual([]);
    expect(broken({ stalls, attempts: [fencedAt(3260)] })).toEqual(['I8']);
    expect(broken({ stalls, attempts: [fencedAt(2590)] })).toEqual(['I8']);
    const orders = [order({ claims: [contained(2000)] })];
    expect(broken({ stalls, orders, attempts: [at(2600)] })).toEqual(['I1c']);
  });
  it('holds at a gateway in trouble, and for work while its log has no leader', () => {
    expect(broken({ troubles, attempts: [fencedAt(3000)] })).toEqual([]);
    const away = { kind: 'intent', gateway: 'west', status: 503, code: 'log_unavailable' } as const;
    expect(broken({ troubles: [trouble({ logs: true })], attempts: [at(3000, away)] })).toEqual([]);
  });
});

describe('I8: a stop is in force within 250 ms where it can come', () => {
  const orders = [order({ askedMs: 1000, claims: [claim(1020)] })];
  const log = trouble({ gateways: [], logs: true, fromMs: 900 });

  it('breaks by an admission after that, also while the log has no leader', () => {
    expect(broken({ orders, attempts: [at(1251)] })).toEqual(['I8']);
    expect(broken({ orders, attempts: [at(1251)], troubles: [log] })).toEqual(['I8']);
  });
  it('holds within it, for a refusal, and before anybody answered for the command', () => {
    expect(broken({ orders, attempts: [at(1250)] })).toEqual([]);
    expect(broken({ orders, attempts: [refusedAt(1251)] })).toEqual([]);
    expect(broken({ orders: [order({ askedMs: null })], attempts: [at(1251)] })).toEqual([]);
  });
  it('counts the time that the machine had alone, each moment once', () => {
    const stalls = [
      { fromMs: 1100, toMs: 1180 },
      { fromMs: 1150, toMs: 1200 },
    ];
    expect(broken({ orders, stalls, attempts: [at(1350)] })).toEqual([]);
    expect(broken({ orders, stalls, attempts: [at(1351)] })).toEqual(['I8']);
  });
  it('holds at a gateway in trouble, and where the command was handed in at a node in trouble', () => {
    const attempts = [at(1251)];
    expect(broken({ orders, attempts, troubles: [trouble({})] })).toEqual([]);
    const nodes = trouble({ gateways: [], nodes: ['node-1'] });
    expect(broken({ orders, attempts, troubles: [nodes] })).toEqual([]);
  });
  it('says nothing of a command that a gateway hands on while a server is in trouble', () => {
    const handedOn = [order({ askedMs: 1000, claims: [claim(1020, { by: 'west' })] })];
    expect(broken({ orders: handedOn, attempts: [at(1251)], troubles: [log] })).toEqual([]);
    expect(broken({ orders: handedOn, attempts: [at(1251)] })).toEqual(['I8']);
  });
});

describe('I5: two seconds after the heal all is well', () => {
  const troubles = [trouble({})];
  it('breaks by a fence', () =>
    expect(broken({ troubles, attempts: [fencedAt(7100)] })).toEqual(['I5']));
  it('breaks by an admission under an order that stands', () =>
    expect(
      broken({ troubles, orders: [order({ claims: [claim(1100)] })], attempts: [at(7100)] }),
    ).toEqual(['I5']));
  it('holds a little earlier', () =>
    expect(broken({ troubles, attempts: [fencedAt(6900)] })).toEqual([]));
});

describe('I7: the audit is the log', () => {
  it.each(['missing', 'twice', 'invented'] as const)('breaks when an event is %s', (how) =>
    expect(
      broken({ audit: { missing: [], twice: [], invented: [], compared: 9, [how]: [4] } }),
    ).toEqual(['I7']),
  );
});

describe('I9: what is forged has no effect', () => {
  const forgeries = [
    {
      what: 'a forged push',
      atMs: 1000,
      agents: ['bystander'],
      orderId: 'stop_f',
      appended: false,
    },
  ];
  it('breaks by a refusal for it, which no order explains', () =>
    expect(
      broken({ forgeries, attempts: [refusedAt(1500, { from: 'bystander', orderId: 'stop_f' })] }),
    ).toEqual(['I6', 'I9']));
  it('breaks when the log has it', () =>
    expect(
      broken({ forgeries, log: [{ type: 'StopOrdered', orderId: 'stop_f', sequence: 7 }] }),
    ).toEqual(['I9']));
});

describe('work', () => {
  const intent = { kind: 'intent', code: null, work: 'w1', from: 'bystander' } as const;
  it('breaks when an acknowledged intent is not stored', () =>
    expect(broken({ attempts: [at(1500, intent)], storedWork: new Set() })).toEqual(['work']));
  it('breaks when a refused one is', () =>
    expect(
      broken({
        orders: [order()],
        attempts: [refusedAt(1500, { work: 'w1' })],
        storedWork: new Set(['w1']),
      }),
    ).toEqual(['work']));
  it('holds when nobody can know', () =>
    expect(
      broken({
        troubles: [trouble({})],
        attempts: [at(1500, { ...intent, status: 0 })],
        storedWork: new Set(['w1']),
      }),
    ).toEqual([]));
});

it('names a process that ended by itself', () =>
  expect(broken({ crashes: [{ name: 'node-1', atMs: 1, how: 'exit code 1' }] })).toEqual([
    'alive',
  ]));

it('says how much each rule saw, since a rule that saw nothing proves nothing', () => {
  const verdict = judge({
    ...quiet,
    kept,
    orders: [order({ claims: [contained(2000)] })],
    attempts: [refusedAt(2100)],
  });
  expect([verdict.get('I1c')?.checked, verdict.get('I4')?.checked]).toEqual([1, 0]);
});
