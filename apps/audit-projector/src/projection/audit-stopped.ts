import type { UnreadableEvent } from './log-source.js';

/** The audit path stops here rather than skip. Only a newer build or a rebuild goes on. */
export class AuditStoppedError extends Error {
  override readonly name = 'AuditStoppedError';
  readonly code = 'AUDIT_STOPPED';
  readonly retryable = false;
}

export const unreadable = (stream: string, { sequence, unknown }: UnreadableEvent) =>
  new AuditStoppedError(
    `${stream} holds an event at sequence ${sequence} that this build cannot read ` +
      `(${unknown.type} version ${unknown.version}: ${unknown.problem}): ` +
      'start a build that knows it; nothing was skipped',
  );

export const anotherLog = (stream: string, why: string) =>
  new AuditStoppedError(
    `the read model was not made of this ${stream} log (${why}): ` +
      'if the log is the right one, rebuild the read model from it with `estop audit rebuild`',
  );
