import { bitFlipRows } from './bit-flips.js';
import { buildRows } from './builds.js';
import { diskRows } from './disks.js';
import { forgeryRows } from './forgeries.js';
import { leafRows } from './leaves.js';
import { logRows } from './logs.js';
import { networkRows } from './network.js';
import { processRows } from './processes.js';
import { restoreRows } from './restores.js';
import { ALWAYS, type Row } from './row.js';

const calm: Row = {
  name: 'calm',
  what: 'no fault at all: the control',
  invariants: [...ALWAYS, 'I7'],
  run: async (stage) => stage.lasts(4000),
};

/** The whole matrix. */
export const rows: readonly Row[] = [
  calm,
  ...processRows,
  ...networkRows,
  ...logRows,
  ...restoreRows,
  ...diskRows,
  ...bitFlipRows,
  ...forgeryRows,
  ...buildRows,
  ...leafRows,
];

const TOUR = [
  'kill-log-leader',
  'region-black-hole',
  'kill-gateway',
  'kill-node',
  'freeze-gateway',
  'freeze-node',
  'leader-alone',
  'region-flapping',
  'postgres-down',
  'forged-receipts',
  'replayed-pushes',
];

/** The rows of the most value, for every change: at most four minutes. */
export const tour: readonly Row[] = rows.filter(({ name }) => TOUR.includes(name));
