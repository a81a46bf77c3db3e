import type { BurnOrder, BurnReport } from './burner-messages.js';

/** Takes a share of one processor, in slices short enough that nobody else waits long for theirs. */
const SLICE_MS = 10;

let share = 0;

const burn = (): void => {
  const endMs = performance.now() + SLICE_MS * share;
  while (performance.now() < endMs);
  setTimeout(burn, SLICE_MS * (1 - share));
};

process.on('message', (order: BurnOrder) => {
  share = order.share;
});
process.once('disconnect', () => process.exit());
burn();
process.send?.({ kind: 'ready' } satisfies BurnReport);
