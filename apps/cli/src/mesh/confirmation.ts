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
 * Whether a stop has come as far as was asked; without a word that is `contained`. A mesh without gateways confirms
 * nothing: a stop that reached nobody is no success.
 */
export const isConfirmed = (order: Progress, wait: Wait | null): boolean => {
  switch (wait) {
    case 'none':
      return true;
    case 'committed':
      return order.committed;
    case 'effective':
      return isEffective(order);
    case 'contained':
    case null:
      return order.contained && order.effective.of > 0;
  }
};

/** Whether a lift has come as far: it is in the log when it is answered, and contains nothing. */
export const isLifted = (order: Progress, wait: Wait | null): boolean =>
  wait === 'none' || (order.committed && (wait === 'committed' || isEffective(order)));

const isEffective = ({ effective: { acked, of } }: Progress): boolean => of > 0 && acked >= of;
