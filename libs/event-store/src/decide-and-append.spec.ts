import { accept, type Decider, reject } from '#domain';
import { decideAndAppend, UnreadableHistoryError } from './decide-and-append.js';
import { WrongSequenceError } from './event-store.port.js';
import { counted, type Counted, countedCodec } from './example-events.js';
import { InMemoryEventStore } from './in-memory-event-store.js';

/** Counts up to three, one or more at a time; counting to where it is already is silent. */
const counter: Decider<number, number, number, 'TOO_FAR'> = {
  decide: (upTo, at) => {
    if (upTo > 3) return reject('TOO_FAR');
    return accept(...Array.from({ length: Math.max(0, upTo - at) }, (_, index) => at + index + 1));
  },
  evolve: (_at, n) => n,
  initialState: 0,
};

const newStore = () => new InMemoryEventStore({ codec: countedCodec });

/** Each call makes events of its own, as two commands would. */
let calls = 0;
const countTo = (store: InMemoryEventStore<Counted>, upTo: number, history?: string) => {
  const salt = ++calls;
  return decideAndAppend({
    store,
    decider: counter,
    subject: 'a.1',
    ...(history === undefined ? {} : { history }),
    command: upTo,
    toRecorded: (n) => counted(n, { salt }),
    toFact: (event: Counted) => event.data.n,
  });
};

describe('decideAndAppend', () => {
  it('appends what was decided and answers the state after it', async () => {
    const store = newStore();
    const outcome = await countTo(store, 2);
    expect(outcome).toMatchObject({ accepted: true, state: 2, sequence: 2 });
    expect(await store.read('a.1')).toHaveLength(2);
  });

  it('decides on the history that is there', async () => {
    const store = newStore();
    await countTo(store, 1);
    expect(await countTo(store, 3)).toMatchObject({ state: 3, sequence: 3 });
  });

  it('stores nothing where the command is already true, and says where the history ends', async () => {
    const store = newStore();
    await countTo(store, 2);
    expect(await countTo(store, 2)).toEqual({ accepted: true, events: [], state: 2, sequence: 2 });
    expect(await store.lastSequence()).toBe(2);
  });

  it('stores nothing when the command is rejected', async () => {
    const store = newStore();
    expect(await countTo(store, 9)).toEqual({ accepted: false, rejection: 'TOO_FAR', state: 0 });
    expect(await store.lastSequence()).toBe(0);
  });

  it('decides anew when somebody else was first', async () => {
    const store = newStore();
    const outcomes = await Promise.all([countTo(store, 1), countTo(store, 1), countTo(store, 2)]);
    for (const outcome of outcomes) expect(outcome.accepted).toBe(true);
    const stored = await store.read('a.1');
    expect(stored.map(({ decoded }) => decoded.known && decoded.event.data.n)).toEqual([1, 2]);
  });

  it('gives up after five tries', async () => {
    const store = newStore();
    let tries = 0;
    store.appendAll = async () => {
      tries += 1;
      throw new WrongSequenceError('a.1');
    };
    await expect(countTo(store, 1)).rejects.toBeInstanceOf(WrongSequenceError);
    expect(tries).toBe(5);
  });

  it('checks a wider history than its subject where one is named', async () => {
    const store = newStore();
    await store.append({ subject: 'a.2', event: counted(1) });
    expect(await countTo(store, 2, 'a.*')).toMatchObject({ state: 2, sequence: 2 });
  });

  it('decides nothing on an event that it cannot read', async () => {
    const store = newStore();
    const future = { ...counted(1), version: 2 };
    await store.append({ subject: 'a.1', event: future });
    await expect(countTo(store, 1)).rejects.toBeInstanceOf(UnreadableHistoryError);
  });
});
