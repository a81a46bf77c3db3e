import { Currency, ledgerSubject, MICRO, MICRO_MAX, Namespace, type OrgName } from '#contracts';
import type { BudgetRecord } from '#domain';
import { toTimestamp } from '#platform';
import type { FoundSession } from '../sessions/session-log.js';

const USD = Currency.parse('usd');
/** One unit is one act. */
export const ACTIONS = Currency.parse('actions');

/** The limits of a session as caps of its own: exact across gateways, as all caps are. */
export const sessionCaps = (found: FoundSession): readonly BudgetRecord[] => {
  const { maxCostMicro, maxActions } = found.session.limits;
  return [
    ...(maxCostMicro === null ? [] : [capOf(found, USD, maxCostMicro)]),
    ...(maxActions === null
      ? []
      : [capOf(found, ACTIONS, Math.min(MICRO_MAX, maxActions * MICRO))]),
  ];
};

const capOf = (found: FoundSession, currency: Currency, capMicro: number): BudgetRecord => {
  const { org, workspace, session, sequence } = found;
  const namespace = Namespace.parse(`${org}/${workspace}`);
  const key = { scope: { session: session.sessionId, namespace }, currency, per: 'total' as const };
  return {
    ...{ id: ledgerSubject(key), key, org: org as OrgName, capMicro },
    ...{ alertPct: [], topUps: [], setAt: toTimestamp(session.startedAtMs), sequence },
  };
};
