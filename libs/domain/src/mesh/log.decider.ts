import type { FactOf, LogStarted } from '#contracts';
import { accept, type Decider } from '../decider.js';

export type LogEvent = FactOf<typeof LogStarted>;
export interface StartLog {
  readonly type: 'StartLog';
  /** Random, at least 16 characters. */
  readonly incarnation: string;
}

/** The first event of the control log; whoever comes second is silent. */
export const logDecider: Decider<'absent' | 'started', StartLog, LogEvent, never> = {
  decide: ({ incarnation }, state) =>
    state === 'absent' ? accept({ type: 'LogStarted', data: { incarnation } }) : accept(),
  evolve: () => 'started',
  initialState: 'absent',
};
