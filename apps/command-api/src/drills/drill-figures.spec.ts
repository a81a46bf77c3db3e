import type { GatewayAnswer, GatewayId, RegionName } from '#contracts';
import { effectiveOf, figuresOf, regionsOf, type Drilled } from './drill-figures.js';

const drilled = (gateway: string, region: string, tookMs: number[]): Drilled => {
  const state: GatewayAnswer['state'] = tookMs.length > 0 ? 'acked' : 'missing';
  const names = { gateway: gateway as GatewayId, region: region as RegionName };
  return { answer: { ...names, state, applied_after_ms: null, cut: null }, tookMs };
};

describe('the figures of a drill', () => {
  it('are of all samples together, in any order', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    const figures = figuresOf([
      drilled('a', 'x', hundred.slice(50)),
      drilled('b', 'x', hundred.slice(0, 50)),
    ]);
    expect(figures).toEqual({ p50_ms: 50, p99_ms: 99, max_ms: 100 });
  });
  it('are those of the one sample that there is, and none of none', () => {
    expect(figuresOf([drilled('a', 'x', [7])])).toEqual({ p50_ms: 7, p99_ms: 7, max_ms: 7 });
    expect(figuresOf([])).toEqual({ p50_ms: null, p99_ms: null, max_ms: null });
  });
  it('are told by region, and name who is missing', () => {
    const all = [drilled('a', 'west', [1, 3]), drilled('b', 'east', []), drilled('c', 'east', [2])];
    expect(effectiveOf(all)).toEqual({ acked: 2, of: 3 });
    expect(regionsOf(all)).toEqual([
      { region: 'east', acked: 1, of: 2, p50_ms: 2, p99_ms: 2, max_ms: 2, missing: ['b'] },
      { region: 'west', acked: 1, of: 1, p50_ms: 1, p99_ms: 3, max_ms: 3, missing: [] },
    ]);
  });
});
