import type { Actor, FactOf, LogRestored, LogStarted } from '#contracts';
import { isSamePerson } from '../access/same-person.js';
import type { LogRestore } from '../control/control-records.js';
import { accept, type Decider, type Decision } from '../decider.js';

export type LogEvent = FactOf<typeof LogStarted | typeof LogRestored>;
export interface StartLog {
  readonly type: 'StartLog';
  /** Random, at least 16 characters. */
  readonly incarnation: string;
}
export interface RestoreLog {
  readonly type: 'RestoreLog';
  readonly old: string;
  readonly new: string;
  readonly by: Actor;
  /** The last word on a restore, from the fold. */
  readonly asked: LogRestore | null;
}
export type LogCommand = StartLog | RestoreLog;
type LogDecision = Decision<LogEvent, never>;

const restore = ({ by, asked, ...log }: RestoreLog): LogDecision => {
  const data = { old: log.old, new: log.new, by };
  if (asked === null || asked.old !== log.old || asked.new !== log.new) {
    return accept({ type: 'LogRestored', data: { ...data, confirms: null } });
  }
  if (asked.confirmedBy !== null || isSamePerson(asked.by, by)) return accept();
  return accept({ type: 'LogRestored', data: { ...data, confirms: asked.eventId } });
};

const decide = (command: LogCommand, state: 'absent' | 'started'): LogDecision => {
  if (command.type === 'RestoreLog') return restore(command);
  const { incarnation } = command;
  return state === 'absent' ? accept({ type: 'LogStarted', data: { incarnation } }) : accept();
};

/**
 * The first event of the control log; whoever comes second is silent. That it was restored on purpose, two people say:
 * the second one's same words confirm those of the first.
 */
export const logDecider: Decider<'absent' | 'started', LogCommand, LogEvent, never> = {
  decide,
  evolve: () => 'started',
  initialState: 'absent',
};
