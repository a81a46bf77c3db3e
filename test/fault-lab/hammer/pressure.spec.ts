import { Pressure } from './pressure.js';

it('is halved by slow guard checks, at most ten times a second, and never below eight', () => {
  const pressure = new Pressure();
  pressure.felt(30, 1000);
  pressure.felt(30, 1050);
  expect(pressure.limit).toBe(16);
  for (let count = 0; count < 9; count += 1) pressure.felt(30, 2000 + count * 100);
  expect(pressure.limit).toBe(8);
});

it('grows again by one with each quick check, and by none with one in between', () => {
  const pressure = new Pressure();
  pressure.felt(30, 1000);
  pressure.felt(12, 1010);
  pressure.felt(20, 1020);
  expect(pressure.limit).toBe(17);
  for (let count = 0; count < 99; count += 1) pressure.felt(1, 1030);
  expect(pressure.limit).toBe(32);
});

it('leaves room for guard checks while every intent hangs, and for intents that follow others', () => {
  const pressure = new Pressure();
  for (let count = 0; count < 32; count += 1) expect(pressure.takes('intent')).toBe(true);
  expect([pressure.takes('intent'), pressure.takes('guard')]).toEqual([false, true]);
  pressure.ended('intent');
  expect(pressure.takes('intent')).toBe(true);
});
