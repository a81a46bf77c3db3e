import { setPriority } from 'node:os';
import { FloodLine } from './flood-line.js';
import type { FloodOrder, FloodReport, FloodTarget } from './flood-messages.js';

/**
 * Offers requests at a fixed rate, whether the mesh keeps up or not: everything that a fleet gone wild would send. A process
 * of its own, of low priority: in the world its work is done on other machines.
 */
const TICK_MS = 4;
const PATIENCE_MS = 5000;
const NICE = 10;

let lines: FloodLine[] = [];
let timer: NodeJS.Timeout | null = null;

const tell = (report: FloodReport): void => void process.send?.(report);

const flood = (targets: readonly FloodTarget[]): void => {
  lines = targets.map((target) => new FloodLine(target));
  let lastMs = performance.now();
  timer = setInterval(() => {
    const nowMs = performance.now();
    for (const line of lines) line.tick(nowMs - lastMs);
    lastMs = nowMs;
  }, TICK_MS);
  tell({ kind: 'flooding' });
};

const ebb = async (): Promise<void> => {
  if (timer !== null) clearInterval(timer);
  const targets = await Promise.all(lines.map((line) => line.ebb(PATIENCE_MS)));
  tell({ kind: 'ebbed', targets });
};

process.on('message', (order: FloodOrder) => {
  if (order.kind === 'flood') flood(order.targets);
  else void ebb();
});
process.once('disconnect', () => process.exit());
setPriority(NICE);
tell({ kind: 'ready' });
