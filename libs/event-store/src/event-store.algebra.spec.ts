import fc from 'fast-check';
import { type Stored, WrongSequenceError } from './event-store.port.js';
import { counted, type Counted, countedCodec } from './example-events.js';
import { InMemoryEventStore } from './in-memory-event-store.js';
import { subjectMatches } from './subject-filter.js';

type Expects = 'last' | 'stale' | 'none';

/** One try to append: to a subject, expecting some sequence there or nothing in particular. */
const tries = fc.array(
  fc.record({
    subject: fc.constantFrom('a.1', 'a.2', 'b.1'),
    expects: fc.option(fc.constantFrom<Expects>('last', 'stale', 'none')),
  }),
  { maxLength: 40 },
);

const seeded = { seed: 20260131, numRuns: 100 };

const run = async (attempts: readonly { subject: string; expects: Expects | null }[]) => {
  const store = new InMemoryEventStore({ codec: countedCodec });
  const followed: Stored<Counted>[] = [];
  const following = store.follow({
    filters: ['a.*'],
    onEvents: (events) => void followed.push(...events),
  });
  const accepted: string[] = [];
  for (const [n, { subject, expects }] of attempts.entries()) {
    const last = (await store.last(subject))?.sequence ?? 0;
    const lastSequence = { last, stale: last + 1, none: 0 }[expects ?? 'last'];
    const check = expects === null ? {} : { expect: { lastSequence } };
    const refused = await store
      .append({ subject, event: counted(n), ...check })
      .catch(wrongSequence);
    expect(refused instanceof WrongSequenceError).toBe(lastSequence !== last);
    if (!(refused instanceof WrongSequenceError)) accepted.push(subject);
  }
  await following.caughtUp;
  // The last hand-over is a microtask behind the last append.
  await new Promise((resolve) => setImmediate(resolve));
  return { store, followed, accepted };
};

const wrongSequence = (error: unknown): WrongSequenceError => {
  if (error instanceof WrongSequenceError) return error;
  throw error;
};

describe('the log as algebra', () => {
  it('following from the start gives exactly what reading gives', () =>
    fc.assert(
      fc.asyncProperty(tries, async (attempts) => {
        const { store, followed } = await run(attempts);
        expect(followed).toEqual(await store.read('a.*'));
      }),
      seeded,
    ));

  it('a refused append leaves no trace, an accepted one exactly one', () =>
    fc.assert(
      fc.asyncProperty(tries, async (attempts) => {
        const { store, accepted } = await run(attempts);
        expect((await store.read('>')).map(({ subject }) => subject)).toEqual(accepted);
        expect(await store.lastSequence()).toBe(accepted.length);
      }),
      seeded,
    ));

  it('a history read in two parts is the history read at once', () =>
    fc.assert(
      fc.asyncProperty(tries, fc.nat(40), async (attempts, cut) => {
        const { store } = await run(attempts);
        const all = await store.read('>');
        const before = all.filter(({ sequence }) => sequence < cut);
        expect([...before, ...(await store.read('>', cut))]).toEqual(all);
      }),
      seeded,
    ));
});

describe('subjectMatches', () => {
  it.each([
    ['a.b', 'a.b', true],
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['a.*', 'a', false],
    ['a.>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['>', 'a', true],
    ['*.b', 'a.b', true],
    ['a.b', 'a.c', false],
  ])('%s and %s: %s', (filter, subject, matches) => {
    expect(subjectMatches(filter, subject)).toBe(matches);
  });
});
