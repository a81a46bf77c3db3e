import { Lanes, type Lane } from './lanes.js';

const lane = (receiver: string, org = 'acme'): Lane => ({ org, receiver });
const A = 'https://a.example';

it('lets four at once to one receiver, and sends the next away for longer and longer', () => {
  const lanes = new Lanes();
  for (let n = 0; n < 4; n += 1) expect(lanes.enter(lane(A))).toBeNull();
  expect([lanes.enter(lane(A)), lanes.enter(lane(A)), lanes.enter(lane(A))]).toEqual([
    1000, 1050, 1100,
  ]);
  expect(lanes.enter(lane('https://b.example'))).toBeNull();
  expect(lanes.enter(lane(A, 'globex'))).toBeNull();
});

it('keeps nobody away for more than five minutes', () => {
  const lanes = new Lanes();
  for (let n = 0; n < 20_000; n += 1) lanes.enter(lane(A));
  expect(lanes.enter(lane(A))).toBe(300_000);
});

it('is quick again once the receiver is', () => {
  const lanes = new Lanes();
  for (let n = 0; n < 100; n += 1) lanes.enter(lane(A));
  lanes.leave(lane(A), true);
  expect(lanes.enter(lane(A))).toBeNull();
  expect(lanes.enter(lane(A))).toBe(1000);
});

it('leaves room for other orgs, whatever one does', () => {
  const lanes = new Lanes();
  let entered = 0;
  for (let n = 0; n < 100; n += 1)
    if (lanes.enter(lane(`https://r${n}.example`)) === null) entered += 1;
  expect(entered).toBe(64);
  expect(lanes.room).toBe(512 - 64);
  expect(lanes.enter(lane(A, 'globex'))).toBeNull();
});
