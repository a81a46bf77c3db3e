import { BoundedMap } from './bounded-map.js';

describe('a bounded map', () => {
  it('forgets what was used longest ago, and says so', () => {
    const forgotten: number[] = [];
    const map = new BoundedMap<string, number>(2, (value) => forgotten.push(value));
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c'), forgotten]).toEqual([1, undefined, 3, [2]]);
  });
});
