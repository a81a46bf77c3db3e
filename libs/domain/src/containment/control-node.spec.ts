import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ClockReading } from './clock-reading.js';
import { ControlNode } from './control-node.js';
import type { LogFact, LogMark, OrderBody, SignedOrder } from './log-entry.js';
import type { Signing } from './messages.js';
import type { NodeInput, NodeOutput, Spool } from './node-messages.js';

const signing: Signing = {
  sign: () => 'by n1',
  verify: (_message, signature, signer) => signature === `by ${signer}`,
};

const orderBody = (orderId: string, mode = 'halt', atWallMs = 0): OrderBody =>
  ({
    orderId,
    mode,
    selector: { agent: 'agent://acme/prod/rogue' },
    atWallMs,
    details: '',
  }) as unknown as OrderBody;
const signed = (orderId: string, signer = 'n2'): SignedOrder => ({
  order: orderBody(orderId),
  signer,
  signature: `by ${signer}`,
});

class Node {
  readonly node: ControlNode;
  readonly started: NodeOutput[];
  nowMs = 1_000;
  #sequence = 0;
  #delivered = 0;
  #consumer = 'c1';
  #last: LogMark = { sequence: 0, storedAtMs: 0 };

  constructor(spool: Spool = { incarnation: null, orders: [] }) {
    this.node = new ControlNode({ node: 'n1', process: 'p', signing, spool });
    this.started = this.node.start(this.now);
    this.subscribe('c1', 1);
  }

  get now(): ClockReading {
    return { monoMs: this.nowMs, wallMs: this.nowMs };
  }

  do(input: NodeInput): NodeOutput[] {
    return this.node.step(input, this.now);
  }

  subscribe(consumer: string, fromSequence: number): void {
    this.#consumer = consumer;
    this.#delivered = 0;
    this.do({ kind: 'subscribed', consumer, fromSequence });
  }

  /** The log goes back to a sequence. */
  rewind(sequence: number): void {
    this.#sequence = sequence;
  }

  read(fact: LogFact, { pending = 0, storedAtMs = 0 } = {}): NodeOutput[] {
    this.#sequence += 1;
    this.#delivered += 1;
    const record = { subject: 's', storedAtMs, text: '' };
    const entry = { sequence: this.#sequence, bytes: 1, fact, record };
    if (fact.kind !== 'echo') this.#last = { sequence: this.#sequence, storedAtMs };
    const consumerSequence = this.#delivered;
    return this.do({
      kind: 'delivered',
      delivery: { consumer: this.#consumer, consumerSequence, entry, pending },
    });
  }

  tick(ms = 20): NodeOutput[] {
    this.nowMs += ms;
    return this.do({ kind: 'tick' });
  }

  /** A member whose echo has returned, with one gateway. */
  join(): void {
    this.read({ kind: 'log-started', incarnation: 'first' });
    this.read({ kind: 'node-joined', node: 'n1', join: 'p' });
    this.read({ kind: 'gateway-joined', gateway: 'g1', boot: 1, join: 'j', modes: ['halt'] });
    this.tick();
    this.read({ kind: 'echo', node: 'n1', process: 'p', count: 1 });
    this.tick();
  }

  renew(more: Partial<{ boot: number; position: number; last: LogMark; applied: string[] }> = {}) {
    const renewal = {
      gateway: 'g1',
      boot: 1,
      nonce: 'x',
      position: this.#sequence,
      last: this.#last,
      applied: [],
      ...more,
    };
    return this.do({ kind: 'renewal', renewal, signature: 'by g1' });
  }
}

const kinds = (outputs: readonly NodeOutput[]): string[] => outputs.map(({ kind }) => kind);

describe('a stop at a control node', () => {
  let node: Node;
  beforeEach(() => {
    node = new Node();
    node.join();
  });

  it('goes to the disk, to everybody and to the log at once, and is answered when it is on the disk', () => {
    const outputs = node.do({ kind: 'order', order: orderBody('o1') });
    expect(kinds(outputs)).toEqual(['spool', 'push', 'enforce', 'append']);
    expect(outputs[3]).toMatchObject({ expect: 0, subject: 'order.o1' });
    expect(node.do({ kind: 'spooled', orderId: 'o1' })).toEqual([
      { kind: 'ordered', orderId: 'o1' },
    ]);
  });

  it('is silent when repeated', () => {
    node.do({ kind: 'order', order: orderBody('o1') });
    expect(node.do({ kind: 'order', order: orderBody('o1') })).toEqual([]);
  });

  it('is appended until it is read in the log, and leaves the spool then', () => {
    node.do({ kind: 'order', order: orderBody('o1') });
    expect(kinds(node.tick(499))).not.toContain('append-order');
    const again = node.tick(1).filter(({ kind }) => kind === 'append');
    expect(again).toContainEqual(expect.objectContaining({ ref: 'order:o1' }));
    const read = node.read({ kind: 'stop-ordered', signed: signed('o1', 'n1') });
    expect(kinds(read)).toEqual(['unspool', 'apply']);
  });

  it('of another node is appended when it has waited for 5 s', () => {
    node.do({ kind: 'pushed', signed: signed('o1') });
    const refs = (outputs: readonly NodeOutput[]) =>
      outputs.flatMap((output) => (output.kind === 'append' ? [output.ref] : []));
    expect(refs(node.tick(4_999))).not.toContain('order:o1');
    expect(refs(node.tick(1))).toContain('order:o1');
  });

  it('has no effect unsigned', () => {
    const forged = { ...signed('o1'), signature: 'by nobody' };
    expect(node.do({ kind: 'pushed', signed: forged })).toEqual([]);
    expect(node.do({ kind: 'handed', signed: forged })).toEqual([]);
  });

  it('that is older than ten minutes is taken from a gateway that was asked for it, and from no push', () => {
    node.nowMs += 700_000;
    expect(node.do({ kind: 'pushed', signed: signed('o1') })).toEqual([]);
    expect(kinds(node.do({ kind: 'handed', signed: signed('o1') }))).toEqual(['enforce']);
  });

  it('is lifted by the sequence of its order, and not before it is stored', () => {
    node.do({ kind: 'order', order: orderBody('o1') });
    expect(node.do({ kind: 'lift', orderId: 'o1' })).toMatchObject([
      { kind: 'lift-refused', why: 'not-committed' },
    ]);
    node.read({ kind: 'stop-ordered', signed: signed('o1', 'n1') });
    expect(node.do({ kind: 'lift', orderId: 'o1' })).toMatchObject([
      { kind: 'append', expect: 5, fact: { kind: 'stop-lifted' } },
    ]);
  });
});

describe('the answer to a renewal', () => {
  let node: Node;
  beforeEach(() => {
    node = new Node();
    node.join();
  });

  it('is not given to a renewal that its gateway did not sign', () => {
    const last = { sequence: 3, storedAtMs: 0 };
    const renewal = { gateway: 'g1', boot: 1, nonce: 'x', position: 3, last, applied: [] };
    expect(node.do({ kind: 'renewal', renewal, signature: '' })).toEqual([]);
    expect(node.do({ kind: 'renewal', renewal, signature: 'by n1' })).toEqual([]);
    expect(kinds(node.do({ kind: 'renewal', renewal, signature: 'by g1' }))).toEqual(['answer']);
  });

  it('carries every event after the position, echoes left out, and all pending orders', () => {
    node.do({ kind: 'order', order: orderBody('o1') });
    node.read({ kind: 'other', body: 1 });
    const [answer] = node.renew({ position: 3, last: { sequence: 3, storedAtMs: 0 } });
    expect(answer).toMatchObject({
      kind: 'answer',
      answer: {
        position: 5,
        events: [{ sequence: 5 }],
        pending: [{ order: { orderId: 'o1' } }],
        members: ['n1'],
        membershipSequence: 2,
        more: false,
      },
    });
  });

  it('is given to members only', () => {
    expect(node.renew({ boot: 2 })).toEqual([]);
    node.read({ kind: 'gateway-removed', gateway: 'g1', boot: 1 });
    expect(node.renew()).toEqual([]);
  });

  it('is not given to who has read another log', () => {
    expect(node.renew({ last: { sequence: 3, storedAtMs: 7 } })).toEqual([]);
    expect(node.renew({ position: 9, last: { sequence: 4, storedAtMs: 0 } })).toEqual([]);
    expect(node.renew({ position: 9, last: { sequence: 9, storedAtMs: 7 } })).toHaveLength(1);
  });

  it('is not given before the first own echo has returned', () => {
    const fresh = new Node();
    fresh.read({ kind: 'log-started', incarnation: 'first' });
    fresh.read({ kind: 'node-joined', node: 'n1', join: 'p' });
    fresh.read({ kind: 'gateway-joined', gateway: 'g1', boot: 1, join: 'j', modes: ['halt'] });
    expect(fresh.renew()).toEqual([]);
  });

  it('is not given to a build that does not know the mode of a standing stop', () => {
    node.do({ kind: 'order', order: orderBody('o1', 'drain') });
    expect(node.renew()).toEqual([]);
  });

  it('asks for orders that the node has never seen', () => {
    expect(node.renew({ applied: ['o7'] })[0]).toMatchObject({ answer: { wanted: ['o7'] } });
  });
});

describe('a node whose log was rolled back', () => {
  let node: Node;
  beforeEach(() => {
    node = new Node();
    node.join();
    node.tick(100);
    const stored = { outcome: 'stored', sequence: 3 } as const;
    const outputs = node.do({ kind: 'append-answered', ref: 'echo:2', answer: stored });
    expect(kinds(outputs)).toEqual(['alarm', 'resubscribe']);
  });

  it('takes, spools and pushes stops, and appends nothing', () => {
    expect(kinds(node.do({ kind: 'order', order: orderBody('o1') }))).toEqual([
      'spool',
      'push',
      'enforce',
    ]);
    expect(node.tick(600)).toEqual([]);
  });

  it('renews nobody, lifts nothing and proves nothing', () => {
    node.do({ kind: 'order', order: orderBody('o1') });
    expect(node.renew()).toEqual([]);
    expect(node.do({ kind: 'lift', orderId: 'o1' })).toMatchObject([{ why: 'log-unavailable' }]);
    expect(node.node.isReady).toBe(false);
    expect(node.node.standing('o1', node.now)).toMatchObject({
      committed: false,
      contained: false,
    });
  });

  it('starts over when two operators have confirmed the restore, and appends what the log lacks', () => {
    node.do({ kind: 'order', order: orderBody('o1') });
    node.rewind(0);
    node.subscribe('c2', 1);
    node.read({ kind: 'log-started', incarnation: 'first' }, { pending: 1 });
    const restored = { kind: 'log-restored', old: 'first', new: 'second' } as const;
    expect(kinds(node.read(restored))).toEqual(['start-over', 'remember-log', 'resubscribe']);
    const appends = node.tick(600).filter(({ kind }) => kind === 'append');
    expect(appends).toContainEqual(expect.objectContaining({ ref: 'order:o1' }));
  });
});

describe('a restore that two operators have confirmed', () => {
  const restored = { old: 'first', new: 'second' };
  let node: Node;
  beforeEach(() => {
    node = new Node();
    node.join();
  });

  it('is told to a gateway that has read what this log does not hold, and to nobody else', () => {
    const ahead = { last: { sequence: 900, storedAtMs: 5 }, position: 900 };
    expect(kinds(node.renew(ahead))).toEqual(['answer']);
    node.read({ kind: 'log-restored', ...restored });
    const told = node.renew(ahead)[0];
    expect(told).toMatchObject({ kind: 'tell-restore', word: { gateway: 'g1', ...restored } });
    expect(node.renew({ last: { sequence: 2, storedAtMs: 77 } })).toMatchObject([
      { kind: 'tell-restore' },
    ]);
    expect(kinds(node.renew())).toEqual(['answer']);
  });

  it('is not told before the node has read its own echo: it may be reading an old end', () => {
    const started = new Node();
    started.read({ kind: 'log-started', incarnation: 'first' });
    started.read({ kind: 'log-restored', ...restored });
    started.read({ kind: 'node-joined', node: 'n1', join: 'p' });
    expect(started.renew({ last: { sequence: 900, storedAtMs: 5 } })).toEqual([]);
  });
});
