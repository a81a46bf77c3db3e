import { CONTROL_FILTER } from '#contracts';
import type { EventStore, Stored } from '#event-store';

/** The control log from its beginning up to this sequence, once. */
export const readAgain = async <E>(
  store: Pick<EventStore<E>, 'follow'>,
  upTo: number,
  apply: (stored: Stored<E>) => void,
): Promise<void> => {
  if (upTo === 0) return;
  let reached = (): void => undefined;
  const end = new Promise<void>((resolve) => (reached = resolve));
  const following = store.follow({
    filters: [CONTROL_FILTER],
    onEvents: (events) => {
      for (const stored of events) if (stored.sequence <= upTo) apply(stored);
      if ((events.at(-1)?.sequence ?? 0) >= upTo) reached();
    },
  });
  try {
    await Promise.race([end, following.caughtUp, following.failed]);
  } finally {
    await following.stop();
  }
};
