import {
  activityEvents,
  controlEvents,
  ledgerEvents,
  noticeEvents,
  sessionEvents,
  workEvents,
  type ActivityFact,
  type Actor,
  type ControlFact,
  type EnvelopeMeta,
  type LedgerFact,
  type NoticeFact,
  type Recorded,
  type SessionFact,
  type WorkFact,
} from '#contracts';
import { toTimestamp, type Clock } from '../clock/clock.js';
import type { Ids } from '../identity/ids.js';

export type Fact = ControlFact | WorkFact | ActivityFact | LedgerFact | SessionFact | NoticeFact;

/** What an envelope says besides the fact. */
export interface Recording {
  readonly actor: Actor;
  /** `null` for mesh-wide facts. */
  readonly org: string | null;
  readonly workspace: string | null;
  /** The request or order that all of this belongs to: usually the call's trace id. */
  readonly correlationId: string;
  /** The id of the event that led to this one. */
  readonly causationId?: string | null;
  readonly reason?: string | null;
}

const versions = new Map<string, number>(
  [
    ...controlEvents,
    ...workEvents,
    ...activityEvents,
    ...ledgerEvents,
    ...sessionEvents,
    ...noticeEvents,
  ].map(({ type, version }) => [type, version]),
);

/** Wraps a fact in its envelope: a new id, the time, the current version of its type. */
export const record = <F extends Fact>(
  fact: F,
  about: Recording,
  clock: Pick<Clock, 'nowMs'>,
  ids: Pick<Ids, 'uuid'>,
): Recorded<F> => {
  const envelope: EnvelopeMeta & { readonly version: number } = {
    id: ids.uuid(),
    version: versions.get(fact.type) ?? 1,
    at: toTimestamp(clock.nowMs()),
    org: about.org,
    workspace: about.workspace,
    actor: about.actor,
    reason: about.reason ?? null,
    correlation_id: about.correlationId,
    causation_id: about.causationId ?? null,
    signature: null,
  };
  return { ...fact, ...envelope };
};
