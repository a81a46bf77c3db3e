import type { Recording } from '#platform';
import type { Caller } from './operator.js';

interface Place {
  readonly org: string | null;
  readonly workspace: string | null;
}

/** The envelope of what a caller's command leaves in the log. */
export const by = (
  caller: Caller,
  { org, workspace }: Place,
  reason: string | null = null,
): Recording => ({
  actor: caller.actor,
  org,
  workspace,
  correlationId: caller.traceId,
  reason,
});
