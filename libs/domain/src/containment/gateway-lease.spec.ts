import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ClockReading } from './clock-reading.js';
import { GatewayLease } from './gateway-lease.js';
import type { GatewayInput, GatewayOutput, Pin } from './gateway-messages.js';
import type { LogFact, OrderBody, SignedOrder } from './log-entry.js';
import type { Renewal, RenewalAnswer, RestoreWord, Signing } from './messages.js';

const signing: Signing = {
  sign: () => 'by g1',
  verify: (_message, signature, signer) => signature === `by ${signer}`,
};

const record = { subject: 's', storedAtMs: 0, text: '' };

const order = (orderId: string, atWallMs = 0): SignedOrder => ({
  order: {
    orderId,
    mode: 'halt',
    selector: { agent: 'agent://acme/prod/rogue' } as OrderBody['selector'],
    atWallMs,
    details: '',
  },
  signer: 'n1',
  signature: 'by n1',
});

class Gateway {
  readonly lease: GatewayLease;
  readonly started: GatewayOutput[];
  nowMs = 1_000;
  wallMs = 1_000;
  #sequence = 0;
  #nonces = 0;

  constructor(pin: Pin | null = null) {
    this.lease = new GatewayLease({ gateway: 'g1', joinNonce: 'j', modes: ['halt'], signing, pin });
    this.started = this.lease.start(this.now);
    this.do({ kind: 'subscribed', consumer: 'c', fromSequence: 1 });
  }

  get now(): ClockReading {
    return { monoMs: this.nowMs, wallMs: this.wallMs };
  }

  pass(ms: number): void {
    this.nowMs += ms;
    this.wallMs += ms;
  }

  do(input: GatewayInput): GatewayOutput[] {
    return this.lease.step(input, this.now);
  }

  /** Another log, from its first event. */
  anew(): void {
    this.#sequence = 0;
    this.do({ kind: 'subscribed', consumer: 'c', fromSequence: 1 });
  }

  read(fact: LogFact, { pending = 0 } = {}): GatewayOutput[] {
    this.#sequence += 1;
    const entry = { sequence: this.#sequence, bytes: 1, fact, record };
    const consumerSequence = this.#sequence;
    return this.do({
      kind: 'delivered',
      delivery: { consumer: 'c', consumerSequence, entry, pending },
    });
  }

  join(): void {
    const outputs = this.read({ kind: 'log-started', incarnation: 'first' });
    const append = outputs.find((output) => output.kind === 'append');
    if (append?.kind !== 'append') throw new Error('it did not ask to join');
    this.read(append.fact);
  }

  renew(): Renewal {
    this.pass(150);
    this.#nonces += 1;
    const renew = this.do({ kind: 'tick', nonce: `x${this.#nonces}` }).find(
      (output) => output.kind === 'renew',
    );
    if (renew?.kind !== 'renew') throw new Error('it did not renew');
    return renew.renewal;
  }

  answer(renewal: Renewal, more: Partial<RenewalAnswer> = {}): GatewayOutput[] {
    const answer: RenewalAnswer = {
      node: 'n1',
      gateway: 'g1',
      boot: renewal.boot,
      nonce: renewal.nonce,
      members: ['n1', 'n2'],
      membershipSequence: 1,
      position: renewal.position,
      last: renewal.last,
      events: [],
      pending: [],
      more: false,
      logAgeMs: null,
      echoAgeMs: null,
      wanted: [],
      signature: `by ${more.node ?? 'n1'}`,
      ...more,
    };
    return this.do({ kind: 'answered', answer, nonce: 'again' });
  }

  get admits(): boolean {
    return this.lease.admits(this.now);
  }
}

const isPin = (output: GatewayOutput): output is Extract<GatewayOutput, { kind: 'pin' }> =>
  output.kind === 'pin';
const kinds = (outputs: readonly GatewayOutput[]): string[] => outputs.map(({ kind }) => kind);

describe('the lease of a gateway', () => {
  let gateway: Gateway;
  beforeEach(() => {
    gateway = new Gateway();
    gateway.join();
  });

  it('is not there before the first proof', () => {
    expect(gateway.admits).toBe(false);
    gateway.answer(gateway.renew(), { logAgeMs: 10 });
    expect(gateway.admits).toBe(true);
  });

  it('runs from the send of the renewal, less the age of the log, to 50 ms before L', () => {
    const renewal = gateway.renew();
    gateway.pass(100);
    gateway.answer(renewal, { logAgeMs: 200 });
    gateway.pass(400);
    expect(gateway.admits).toBe(true);
    gateway.pass(1);
    expect(gateway.admits).toBe(false);
  });

  it('is proven by all members that the nodes name, on one membership and with young echoes', () => {
    const renewal = gateway.renew();
    gateway.answer(renewal, { node: 'n1', echoAgeMs: 5_000 });
    expect(gateway.admits).toBe(false);
    gateway.answer(renewal, { node: 'n2', echoAgeMs: 60_001 });
    expect(gateway.admits).toBe(false);
    gateway.answer(renewal, { node: 'n2', echoAgeMs: 60_000, membershipSequence: 2 });
    expect(gateway.admits).toBe(false);
    gateway.answer(renewal, { node: 'n2', echoAgeMs: 60_000 });
    expect(gateway.admits).toBe(true);
  });

  it('is not proven by an answer to another nonce or boot, or by an unsigned one', () => {
    const renewal = gateway.renew();
    gateway.answer(renewal, { logAgeMs: 0, nonce: 'old' });
    gateway.answer(renewal, { logAgeMs: 0, boot: 7 });
    gateway.answer(renewal, { logAgeMs: 0, signature: 'by g1' });
    expect(gateway.admits).toBe(false);
  });

  it('is not proven by a part, which is followed by another renewal at once', () => {
    const events = [
      { sequence: 3, bytes: 1, fact: { kind: 'other' as const, body: null }, record },
    ];
    const part = {
      logAgeMs: 0,
      more: true,
      position: 3,
      events,
      last: { sequence: 9, storedAtMs: 0 },
    };
    const renewal = gateway.renew();
    expect(kinds(gateway.answer(renewal, part))).toEqual(['apply', 'renew']);
    // The same part from another node is not followed, or renewals would multiply by the number of nodes.
    expect(kinds(gateway.answer(renewal, { ...part, node: 'n2' }))).toEqual([]);
    expect(gateway.admits).toBe(false);
  });

  it('is dropped when the clocks disagree, and stays so when they agree again', () => {
    gateway.answer(gateway.renew(), { logAgeMs: 0 });
    gateway.wallMs += 21;
    expect(gateway.admits).toBe(false);
    gateway.wallMs -= 21;
    expect(gateway.admits).toBe(false);
  });

  it('is over when its removal or a higher boot is read, and the gateway joins anew', () => {
    gateway.answer(gateway.renew(), { logAgeMs: 0 });
    expect(kinds(gateway.read({ kind: 'gateway-removed', gateway: 'g1', boot: 1 }))).toContain(
      'fence',
    );
    gateway.pass(500);
    const append = gateway.do({ kind: 'tick', nonce: 'y' })[0];
    expect(append).toMatchObject({ kind: 'append', expect: 3, fact: { boot: 2 } });
  });

  it('is not given for the acknowledgement of a join that was not read', () => {
    const fresh = new Gateway();
    fresh.read({ kind: 'log-started', incarnation: 'first' });
    fresh.do({
      kind: 'append-answered',
      ref: 'join:1',
      answer: { outcome: 'stored', sequence: 2 },
    });
    expect(fresh.lease.phase).toBe('joining');
  });
});

describe('an order at a gateway', () => {
  let gateway: Gateway;
  beforeEach(() => {
    gateway = new Gateway();
    gateway.join();
  });

  it('is in force and cut in the turn in which it is heard; the receipt waits for disk and cut', () => {
    const heard = gateway.do({ kind: 'pushed', signed: order('o1', 1_000) });
    expect(kinds(heard)).toEqual(['enforce', 'cut', 'pin']);
    const cut = { streams: 2, calls: 1 };
    expect(kinds(gateway.do({ kind: 'cut', orderId: 'o1', cut }))).toEqual([]);
    expect(gateway.do({ kind: 'pinned', write: 1 })).toMatchObject([
      { kind: 'send-receipt', receipt: { orderId: 'o1', boot: 1, position: 2, cut } },
    ]);
  });

  it('has no effect unsigned, or by a push that is older than ten minutes', () => {
    const forged = { ...order('o1', 1_000), signature: 'by g1' };
    expect(gateway.do({ kind: 'pushed', signed: forged })).toEqual([]);
    gateway.pass(700_000);
    expect(gateway.do({ kind: 'pushed', signed: order('o1', 1_000) })).toEqual([]);
  });

  it('never comes back after its lift', () => {
    gateway.read({ kind: 'stop-ordered', signed: order('o1', 1_000) });
    expect(kinds(gateway.read({ kind: 'stop-lifted', orderId: 'o1' }))).toContain('release');
    expect(gateway.do({ kind: 'pushed', signed: order('o1', 1_000) })).toEqual([]);
  });

  it('is acknowledged again when it is read in the log: now all that it selects by is known', () => {
    gateway.do({ kind: 'pushed', signed: order('o1', 1_000) });
    gateway.do({ kind: 'cut', orderId: 'o1', cut: { streams: 0, calls: 0 } });
    gateway.do({ kind: 'pinned', write: 1 });
    expect(gateway.read({ kind: 'stop-ordered', signed: order('o1', 1_000) })).toMatchObject([
      { kind: 'apply' },
      { kind: 'send-receipt', receipt: { position: 3 } },
    ]);
  });

  it('of the pinned file is in force before the log is read, and the file is left alone', () => {
    const pin = { incarnation: 'first', highestSequence: 9, orders: [order('o1', 0)] };
    expect(kinds(new Gateway(pin).started)).toEqual(['enforce', 'cut']);
  });
});

describe('a log that is not the one of the pinned file', () => {
  const pin = { incarnation: 'first', highestSequence: 9, orders: [order('o1', 0)] };

  it('of another incarnation closes the gateway with an alarm', () => {
    const gateway = new Gateway(pin);
    expect(kinds(gateway.read({ kind: 'log-started', incarnation: 'second' }))).toEqual([
      'apply',
      'alarm',
      'resubscribe',
    ]);
    expect(gateway.lease.phase).toBe('rolled-back');
  });

  it('reads short without alarm, until an acknowledged append lands at or below the pin', () => {
    const gateway = new Gateway(pin);
    gateway.read({ kind: 'log-started', incarnation: 'first' });
    expect(gateway.lease.phase).toBe('joining');
    const stored = { outcome: 'stored', sequence: 9 } as const;
    expect(kinds(gateway.do({ kind: 'append-answered', ref: 'join:1', answer: stored }))).toEqual([
      'alarm',
      'resubscribe',
    ]);
  });
});

describe('the word of a node that the log goes on for another', () => {
  const restored = { old: 'first', new: 'second' };
  let gateway: Gateway;
  beforeEach(() => {
    gateway = new Gateway();
    gateway.join();
  });

  const told = (more: Partial<RestoreWord> = {}): GatewayOutput[] => {
    const { boot, nonce } = gateway.renew();
    const word = { node: 'n1', gateway: 'g1', boot, nonce, ...restored, signature: 'by n1' };
    return gateway.do({ kind: 'restore-told', word: { ...word, ...more } });
  };

  it('ends the lease and lets the gateway read all of it anew, with its orders in force', () => {
    gateway.do({ kind: 'pushed', signed: order('o1', 1_000) });
    gateway.answer(gateway.renew(), { logAgeMs: 0 });
    expect(kinds(told())).toEqual(['start-over', 'resubscribe', 'fence']);
    expect(gateway.lease).toMatchObject({ phase: 'reading', position: 0, resumeFrom: 1 });
    gateway.anew();
    gateway.read({ kind: 'log-started', incarnation: 'first' }, { pending: 1 });
    const pinned = gateway.read({ kind: 'log-restored', ...restored }).find(isPin);
    expect(pinned?.pin).toMatchObject({ incarnation: 'second', orders: [{ signer: 'n1' }] });
    expect(gateway.lease.phase).toBe('joining');
  });

  it('proves nothing: only what stands in the log opens the gateway again', () => {
    told();
    gateway.anew();
    gateway.read({ kind: 'log-started', incarnation: 'third' });
    expect(gateway.lease.phase).toBe('rolled-back');
  });

  it('has no effect unsigned, for another gateway, boot or nonce, or where the gateway belongs to another log', () => {
    const others = [
      { signature: 'by g1' },
      { gateway: 'g2' },
      { boot: 7 },
      { nonce: 'replayed' },
      { old: 'another' },
    ];
    for (const other of others) expect(told(other)).toEqual([]);
    expect(gateway.lease.phase).toBe('member');
  });

  it('and the log that is read short afterwards, before that word, raises no alarm', () => {
    told();
    gateway.anew();
    gateway.read({ kind: 'log-started', incarnation: 'first' }, { pending: 1 });
    gateway.read({ kind: 'log-restored', ...restored });
    gateway.read({ kind: 'gateway-joined', gateway: 'g1', boot: 2, join: 'j.2', modes: ['halt'] });
    expect(gateway.lease).toMatchObject({ phase: 'member', boot: 2 });
  });
});
