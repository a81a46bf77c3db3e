import type { Told } from '#contracts';
import type { WebhookRecord } from '../control/governance-records.js';

/** Whether a pattern of a subscription names this type of event: exactly, by its group (`stop.*`), or by `*`. */
export const namesType = (pattern: string, type: string): boolean => {
  if (pattern === '*' || pattern === type) return true;
  return pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1));
};

/** What of a fact decides who hears of it. */
export type Heard = Pick<Told, 'type' | 'org' | 'workspace' | 'about'> & {
  /** Whether a fact about many concerns this agent as well. */
  concerns?(address: string): boolean;
};

const isAbout = (heard: Heard, agent: string | null): boolean => {
  if (agent === null || heard.about === agent) return true;
  return heard.about === null && (heard.concerns?.(agent) ?? false);
};

/**
 * Whether this subscription is told. Facts of the mesh itself, which have no org, are for everybody; facts of a whole org
 * are for those that hear of one workspace as well.
 */
export const isWanted = ({ subscription, revokedAt }: WebhookRecord, heard: Heard): boolean => {
  const { about, eventTypes, active } = subscription;
  if (revokedAt !== null || !active) return false;
  if (!isWithin(subscription, heard) || !isAbout(heard, about)) return false;
  return eventTypes.some((pattern) => namesType(pattern, heard.type));
};

const isWithin = (
  { org, workspace }: WebhookRecord['subscription'],
  heard: Pick<Told, 'org' | 'workspace'>,
): boolean => {
  if (heard.org !== null && heard.org !== org) return false;
  return workspace === null || heard.workspace === null || heard.workspace === workspace;
};
