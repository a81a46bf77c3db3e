import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ClockReading } from './clock-reading.js';
import { FENCED_AFTER_MS } from './constants.js';
import type { LogFact, OrderBody } from './log-entry.js';
import { Membership } from './membership.js';
import type { KnownOrder } from './node-orders.js';
import { type Observer, OrderTracker } from './order-tracker.js';

const at = (ms: number): ClockReading => ({ monoMs: ms, wallMs: ms });

const order = (selector: object): OrderBody =>
  ({ orderId: 'o1', mode: 'halt', selector, atWallMs: 0, details: '' }) as unknown as OrderBody;
const LITERAL = order({ agent: 'agent://acme/prod/rogue' });
const BY_TAG = order({ tag: 'rogue', namespace: 'acme/prod' });

const known = (body: OrderBody, more: Partial<KnownOrder> = {}): KnownOrder => ({
  signed: { order: body, signer: 'n1', signature: 's' },
  origin: 'ordered',
  heardAt: at(0),
  sequence: 10,
  consumedAt: at(100),
  triedAt: null,
  wasLost: false,
  ...more,
});

const CUT = { streams: 1, calls: 0 };

describe('what a node calls contained', () => {
  let membership: Membership;
  let tracker: OrderTracker;
  let sequence: number;

  const read = (fact: LogFact, ms = 0): void => {
    sequence += 1;
    const record = { subject: 's', storedAtMs: 0, text: '' };
    membership.apply({ sequence, bytes: 1, fact, record }, at(ms));
  };
  const join = (gateway: string, boot: number, ms = 0): void =>
    read({ kind: 'gateway-joined', gateway, boot, join: 'j', modes: ['halt'] }, ms);
  const observer = (more: Partial<Observer> = {}): Observer => ({
    membership,
    readyAt: at(0),
    fenceCounts: () => true,
    hasRead: true,
    ...more,
  });
  const receipt = (gateway: string, boot: number, position: number, ms = 1): void =>
    tracker.receipt({ orderId: 'o1', gateway, boot, position, cut: CUT }, at(ms));

  beforeEach(() => {
    membership = new Membership();
    tracker = new OrderTracker();
    sequence = 0;
    join('g1', 1);
    join('g2', 1);
  });

  it('has a receipt of every member', () => {
    receipt('g1', 1, 9);
    expect(tracker.standing(known(LITERAL), observer(), at(110)).contained).toBe(false);
    receipt('g2', 1, 9, 120);
    expect(tracker.standing(known(LITERAL), observer(), at(120))).toMatchObject({
      acked: 2,
      of: 2,
      contained: true,
      containedAfterMs: 120,
    });
  });

  it('is committed', () => {
    receipt('g1', 1, 9);
    receipt('g2', 1, 9);
    const pending = known(LITERAL, { sequence: null, consumedAt: null });
    expect(tracker.standing(pending, observer(), at(5_000)).contained).toBe(false);
  });

  it('takes no receipt of another boot', () => {
    receipt('g1', 1, 9);
    receipt('g2', 2, 9);
    expect(tracker.standing(known(LITERAL), observer(), at(110)).acked).toBe(1);
  });

  it('takes a receipt for a tag only from the position of the order on', () => {
    receipt('g1', 1, 10);
    receipt('g2', 1, 9);
    const { gateways } = tracker.standing(known(BY_TAG), observer(), at(110));
    expect(gateways.map(({ state }) => state)).toEqual(['acked', 'missing']);
  });

  it('counts the silent as fenced L(1+ρ) after the consumed commit, and not a moment before', () => {
    const late = 100 + FENCED_AFTER_MS;
    expect(tracker.standing(known(LITERAL), observer(), at(late)).contained).toBe(false);
    const { contained, gateways } = tracker.standing(known(LITERAL), observer(), at(late + 1));
    expect(contained).toBe(true);
    expect(gateways.map(({ state }) => state)).toEqual(['fenced', 'fenced']);
  });

  it('counts nobody as fenced before the node is ready for as long', () => {
    const notReady = observer({ readyAt: null });
    expect(tracker.standing(known(LITERAL), notReady, at(60_000)).contained).toBe(false);
    const justReady = observer({ readyAt: at(60_000) });
    expect(tracker.standing(known(LITERAL), justReady, at(60_700)).contained).toBe(false);
  });

  it('is not said by a node that has not read the log to its end', () => {
    receipt('g1', 1, 9);
    receipt('g2', 1, 9);
    const reading = observer({ hasRead: false });
    expect(tracker.standing(known(LITERAL), reading, at(110)).contained).toBe(false);
  });

  it('waits for a removed boot until its lease is over', () => {
    receipt('g1', 1, 9);
    read({ kind: 'gateway-removed', gateway: 'g2', boot: 1 }, 500);
    const soon = observer({ readyAt: at(400) });
    expect(tracker.standing(known(LITERAL, { consumedAt: at(500) }), soon, at(600)).of).toBe(2);
    const over = tracker.standing(known(LITERAL), soon, at(500 + FENCED_AFTER_MS + 1));
    expect(over).toMatchObject({ of: 1, contained: true });
  });

  it('waits for no boot that left cleanly', () => {
    receipt('g1', 1, 9);
    read({ kind: 'gateway-left', gateway: 'g2', boot: 1 }, 100);
    expect(tracker.standing(known(LITERAL), observer(), at(110))).toMatchObject({
      of: 1,
      contained: true,
    });
  });

  it('is never proven by silence where traffic may flow without a proof, not even by a removal', () => {
    receipt('g1', 1, 9);
    const optedOut = observer({ fenceCounts: () => false });
    expect(tracker.standing(known(LITERAL), optedOut, at(60_000)).contained).toBe(false);
    read({ kind: 'gateway-removed', gateway: 'g2', boot: 1 }, 60_000);
    expect(tracker.standing(known(LITERAL), optedOut, at(99_000)).contained).toBe(false);
    read({ kind: 'gateway-left', gateway: 'g2', boot: 1 }, 99_000);
    membership.forgetEnded(() => true);
    expect(tracker.standing(known(LITERAL), optedOut, at(99_001)).contained).toBe(true);
  });

  it('stays so, whoever joins later, until what was read is void', () => {
    receipt('g1', 1, 9);
    receipt('g2', 1, 9);
    tracker.standing(known(LITERAL), observer(), at(110));
    join('g3', 1, 200);
    expect(tracker.standing(known(LITERAL), observer(), at(210)).contained).toBe(true);
    tracker.clear();
    expect(tracker.standing(known(LITERAL), observer(), at(220)).contained).toBe(false);
  });

  it('keeps nothing of boots that count no more', () => {
    receipt('g1', 1, 9);
    join('g1', 2, 300);
    membership.forgetEnded(() => true);
    tracker.forgetBoots((boot) => membership.mayCount(boot));
    expect(membership.mayCount({ gateway: 'g1', boot: 1 })).toBe(false);
    expect(membership.mayCount({ gateway: 'g1', boot: 3 })).toBe(true);
    expect(membership.mayCount({ gateway: 'g1', boot: 300 })).toBe(false);
  });

  it('is told with the time that it took by who saw it happen, also to whoever asks again much later', () => {
    receipt('g1', 1, 9);
    tracker.standing(known(LITERAL), observer(), at(300));
    receipt('g2', 1, 9, 310);
    const ms = (now: number) =>
      tracker.standing(known(LITERAL), observer(), at(now)).containedAfterMs;
    expect([ms(320), ms(60_000)]).toEqual([320, 320]);
  });

  it('is told without a time by who looks for the first time when it is long so', () => {
    receipt('g1', 1, 9);
    receipt('g2', 1, 9);
    const found = tracker.standing(known(LITERAL), observer(), at(60_000));
    expect(found).toMatchObject({ contained: true, containedAfterMs: null });
    const again = tracker.standing(known(LITERAL), observer(), at(60_010));
    expect(again.containedAfterMs).toBeNull();
  });

  it('is told without a time of an order that was spooled, read, or lost with the log and stored again', () => {
    receipt('g1', 1, 9);
    receipt('g2', 1, 9);
    const told = [{ origin: 'spooled' }, { origin: 'read' }, { wasLost: true }] as const;
    for (const more of told) {
      const { contained, containedAfterMs } = tracker.standing(
        known(LITERAL, more),
        observer(),
        at(110),
      );
      expect([contained, containedAfterMs]).toEqual([true, null]);
    }
  });
});
