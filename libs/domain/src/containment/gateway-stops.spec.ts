import { describe, expect, it } from '@jest/globals';
import type { ClockReading } from './clock-reading.js';
import type { GatewayOutput } from './gateway-messages.js';
import { GatewayStops } from './gateway-stops.js';
import type { OrderBody, SignedOrder } from './log-entry.js';

const at = (ms: number): ClockReading => ({ monoMs: ms, wallMs: ms });
const CUT = { streams: 1, calls: 2 };
const record = { subject: 's', storedAtMs: 0, text: '' };

const order = (orderId: string, mode = 'halt'): SignedOrder => ({
  order: {
    ...{ orderId, mode, atWallMs: 0, details: '' },
    selector: { agent: 'agent://acme/prod/rogue' },
  } as unknown as OrderBody,
  signer: 'n1',
  signature: 'by n1',
});

const begin = (pinned: readonly SignedOrder[] = []) => {
  const outputs: GatewayOutput[] = [];
  const state = {
    phase: 'member' as const,
    boot: 4,
    position: 9,
    pin: { incarnation: 'first', highestSequence: 9 },
  };
  const stops = new GatewayStops({
    gateway: 'g1',
    modes: ['halt', 'pause'],
    signing: {
      sign: () => 'by g1',
      verify: (_message, signature, signer) => signature === `by ${signer}`,
    },
    pinned,
    state: () => state,
    emit: (output) => outputs.push(output),
  });
  const take = (): GatewayOutput[] => outputs.splice(0);
  return { stops, take };
};

const kinds = (outputs: readonly GatewayOutput[]): string[] => outputs.map(({ kind }) => kind);

describe('the stops of a gateway', () => {
  it('are acknowledged with boot and position when they are on the disk and cut, in any order', () => {
    const { stops, take } = begin();
    stops.learn(order('o1'), at(0));
    stops.learn(order('o2'), at(0));
    take();
    stops.written(2, at(5));
    expect(take()).toEqual([]);
    stops.wasCut('o2', CUT, at(7));
    expect(take()).toMatchObject([
      { receipt: { orderId: 'o2', boot: 4, position: 9, appliedAfterMs: 7, cut: CUT } },
    ]);
  });

  it('are in every file that is written after them, with what belongs to the log', () => {
    const { stops, take } = begin([order('o1')]);
    stops.start(at(0));
    expect(kinds(take())).toEqual(['enforce', 'cut']);
    stops.learn(order('o2'), at(0));
    expect(take()).toContainEqual({
      kind: 'pin',
      write: 2,
      pin: { incarnation: 'first', highestSequence: 9, orders: [order('o1'), order('o2')] },
    });
  });

  it('are repeated while the log does not have them, and for 10 s after', () => {
    const { stops, take } = begin([order('o1')]);
    stops.start(at(0));
    stops.wasCut('o1', CUT, at(1));
    take();
    expect(stops.repeated(at(99_000))).toEqual(['o1']);
    const fact = { kind: 'stop-ordered', signed: order('o1') } as const;
    stops.read({ sequence: 10, bytes: 1, fact, record }, at(100_000));
    expect(stops.repeated(at(109_000))).toEqual(['o1']);
    expect(stops.repeated(at(110_001))).toEqual([]);
  });

  it('are repeated again when the log comes again from its first event', () => {
    const { stops } = begin([order('o1')]);
    stops.start(at(0));
    stops.wasCut('o1', CUT, at(1));
    const fact = { kind: 'stop-ordered', signed: order('o1') } as const;
    stops.read({ sequence: 10, bytes: 1, fact, record }, at(2));
    stops.startOver();
    expect(stops.repeated(at(99_000))).toEqual(['o1']);
  });

  it('of a mode that this build does not know are neither acknowledged nor repeated, and close it', () => {
    const { stops, take } = begin();
    stops.learn(order('o1', 'drain'), at(0));
    stops.written(1, at(1));
    stops.wasCut('o1', CUT, at(1));
    expect(kinds(take())).not.toContain('send-receipt');
    expect(stops.repeated(at(2))).toEqual([]);
    expect(stops.isUnderstood).toBe(false);
    const fact = { kind: 'stop-lifted', orderId: 'o1' } as const;
    stops.read({ sequence: 11, bytes: 1, fact, record }, at(3));
    expect(stops.isUnderstood).toBe(true);
  });
});
