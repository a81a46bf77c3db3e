import type { OrderReport } from '#contracts';
import { UsageError } from '../arguments/usage-error.js';

/** How much must be known before a command says 0. */
export const waits = ['effective', 'committed', 'contained', 'none'] as const;
export type Wait = (typeof waits)[number];

export const parseWait = (text: string | undefined): Wait | null => {
  if (text === undefined) return null;
  const wait = waits.find((candidate) => candidate === text);
  if (wait) return wait;
  throw new UsageError(`--wait is not one: ${text}`, `It is one of ${waits.join(', ')}.`);
};

/** What the API is asked to wait for. */
export const waitOf = (wait: Wait | null): 'contained' | 'committed' | 'none' =>
  wait === 'committed' || wait === 'none' ? wait : 'contained';

type Progress = Pick<OrderReport, 'effective' | 'committed' | 'contained'>;

/**
 * Whether an order has come as far as was asked. Without a word it is `contained`, and where that is not known, `effective`:
 * in the log, and applied by every gateway of the mesh. A mesh without gateways confirms nothing.
 */
export const isConfirmed = (order: Progress, wait: Wait | null): boolean => {
  switch (wait) {
    case 'none':
      return true;
    case 'committed':
      return order.committed;
    case 'contained':
      return order.contained === true;
    case 'effective':
      return isEffective(order);
    case null:
      return order.contained ?? isEffective(order);
  }
};

const isEffective = ({ committed, effective }: Progress): boolean =>
  committed && effective.of > 0 && effective.acked >= effective.of;
