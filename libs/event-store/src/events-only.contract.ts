import type { EventStore, Stored } from './event-store.port.js';
import { counted, type Counted } from './example-events.js';

/** An empty stream that holds more than events: those have subjects that begin with `root`. */
export interface SharedStreamUnderTest {
  readonly store: EventStore<Counted>;
  readonly root: string;
  /** Stores a message in the same stream that is no event. */
  echo(): Promise<void>;
}

const numbers = (events: readonly Stored<Counted>[]): number[] =>
  events.map(({ decoded }) => (decoded.known ? decoded.event.data.n : NaN));

/** What an {@link EventStore} promises where its stream holds other messages too. Run by the in-memory store and by JetStream. */
export const eventsOnlyContract = (fresh: () => Promise<SharedStreamUnderTest>): void => {
  let store: EventStore<Counted>;
  let root: string;
  let echo: () => Promise<void>;
  beforeEach(async () => {
    ({ store, root, echo } = await fresh());
  });

  const put = (subject: string, n: number) =>
    store.append({ subject: `${root}.${subject}`, event: counted(n) });

  it('names the last event, not what came after it', async () => {
    await echo();
    expect(await store.lastSequence()).toBe(0);
    const { sequence } = await put('a', 1);
    await echo();
    expect(await store.lastSequence()).toBe(sequence);
  });

  it('follows events only, and is caught up without waiting for another one', async () => {
    for (const n of [1, 2, 3]) {
      await echo();
      await put('a', n);
    }
    await echo();
    const seen: Stored<Counted>[] = [];
    const following = store.follow({ onEvents: (events) => void seen.push(...events) });
    await following.caughtUp;
    await following.stop();
    expect([numbers(seen), seen.at(-1)?.sequence]).toEqual([[1, 2, 3], await store.lastSequence()]);
  });

  it('lets who follows reach the last sequence while messages of other kinds keep coming', async () => {
    const reached = { sequence: 0, look: (): void => undefined };
    const following = store.follow({
      onEvents: (events) => {
        reached.sequence = events.at(-1)?.sequence ?? 0;
        reached.look();
      },
    });
    let over = false;
    const echoing = (async () => {
      while (!over) await echo();
    })();
    await following.caughtUp;
    for (const n of [1, 2, 3, 4, 5]) {
      await put('a', n);
      const last = await store.lastSequence();
      await new Promise<void>((resolve) => {
        reached.look = () => {
          if (reached.sequence >= last) resolve();
        };
        reached.look();
      });
    }
    over = true;
    await echoing;
    await following.stop();
    expect(reached.sequence).toBe(await store.lastSequence());
  });
};
