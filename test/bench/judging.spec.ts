import { atLeast, atMost, judged, judgementTable, lineOf, tooFew, voidBy } from './judging.js';

const p50 = atMost('kill to last admission, p50', 1.5, '×');

describe('A judgement', () => {
  it('meets a bound that it reaches exactly', () => {
    expect(judged(p50, 1.5).met).toBe(true);
    expect(judged(atLeast('throughput', 0.9, '×'), 0.9).met).toBe(true);
  });
  it('tells by how much a bound was missed', () => {
    expect(lineOf(judged(p50, 2.74))).toBe(
      'kill to last admission, p50: 2.74× of at most 1.50×, missed by 1.24×',
    );
    expect(lineOf(judged(atLeast('throughput', 0.9, '×'), 0.5))).toBe(
      'throughput: 0.50× of at least 0.90×, missed by 0.40×',
    );
  });
  it('takes what was not measured for missed', () => expect(judged(p50, NaN).met).toBe(false));
  it('counts in whole numbers', () =>
    expect(lineOf(judged(atMost('false fences', 0, 'fences'), 0))).toBe(
      'false fences: 0 fences of at most 0 fences, met',
    ));
  it('is a row that can be pasted', () =>
    expect(judgementTable([judged(atMost('contained', 800, 'ms'), 771.24)])).toBe(
      [
        '| target | bound | measured |  |',
        '| --- | --- | --- | --- |',
        '| contained | at most 800 ms | 771.2 ms | met |',
      ].join('\n'),
    ));
});

describe('A run', () => {
  it('counts while the baseline against itself keeps to a twentieth', () => {
    expect(voidBy(0.95)).toBeNull();
    expect(voidBy(1.05)).toBeNull();
    expect(voidBy(1.06)).toMatch('1.06');
    expect(voidBy(NaN)).not.toBeNull();
  });
  it('counts from 31 rounds', () => {
    expect(tooFew(31)).toBeNull();
    expect(tooFew(30)).toMatch('30 rounds');
  });
});
