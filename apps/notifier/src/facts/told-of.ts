import type { ControlEvent, Told, Timestamp } from '#contracts';
import { covers, toldOfControl, type ControlView, type ToldFact } from '#domain';
import type { Concerns } from '../notices/notice-writer.js';

/** What is older than this is no news any more: notices are kept longer, so nothing younger is told twice. */
export const NEWS_MS = 7 * 24 * 3_600_000;

interface Envelope {
  readonly id: string;
  readonly at: Timestamp;
  readonly org: string | null;
  readonly workspace: string | null;
  readonly actor?: ControlEvent['actor'];
  readonly reason?: string | null | undefined;
}

/** The fact with what its envelope says: who did it, and why. */
export const toldOf = (
  { id, at, org, workspace, actor, reason }: Envelope,
  { type, about, says, data }: ToldFact,
): Told => ({
  eventId: id,
  type,
  at,
  org: org as Told['org'],
  workspace: workspace as Told['workspace'],
  about,
  says: says.slice(0, 1000),
  data: {
    ...(data as Told['data']),
    ...(actor && { actor: { kind: actor.kind, id: actor.id, via: actor.via } }),
    ...(reason ? { reason } : {}),
  },
});

export interface ControlNews {
  readonly told: Told;
  readonly concerns: Concerns;
}

/** What the control log tells of one event; `null`: nothing. A stop, and its end, concern all whom its selector covers. */
export const controlNews = (view: ControlView, event: ControlEvent): ControlNews | null => {
  const fact = toldOfControl(event);
  if (fact === null) return null;
  const lifted = event.type === 'StopLifted' ? view.order(event.data.orderId) : null;
  const selector = event.type === 'StopOrdered' ? event.data.selector : lifted?.selector;
  const about = selector && 'agent' in selector ? selector.agent : fact.about;
  return {
    told: toldOf(event, { ...fact, about, data: { ...fact.data, ...(lifted && { selector }) } }),
    concerns: (agent) => {
      const record = selector && view.agent(agent as never);
      return record ? covers(selector, record) : false;
    },
  };
};
