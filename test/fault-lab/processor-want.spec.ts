import { ProcessorWant } from './processor-want.js';

const wantOf = (...waited: (number | null)[]) => {
  let at = 0;
  const want = new ProcessorWant(0, () => waited[at++] ?? null);
  for (let look = 1; look < waited.length; look += 1) want.look(look * 50);
  return want.stalls;
};

it('counts a window in which somebody waited nearly all the time, and no other', () => {
  expect(wantOf(1000, 1030, 1078, 1125)).toEqual([{ fromMs: 50, toMs: 100 }]);
});

it('counts nothing where the machine does not tell', () => {
  expect(wantOf(null, 50, null, 200)).toEqual([]);
});
