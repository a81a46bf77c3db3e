import { type Actor, type OrgName, type Principal, type WorkspaceName } from '#contracts';
import { ApiProblem, canSee } from '#platform';

/** The only callers of the operators' side. */
export type Operator = Extract<Principal, { kind: 'op' }>;

/** Who calls, and how the request is named in what it leaves behind. */
export interface Caller {
  readonly principal: Operator;
  /** Whom the log names: the principal, never a field of a body. */
  readonly actor: Actor;
  readonly traceId: string;
  readonly idempotencyKey: string | null;
}

export const callerOf = (call: {
  readonly principal: Operator;
  readonly traceId: string;
  readonly idempotencyKey: string | null;
}): Caller => ({
  principal: call.principal,
  actor: actorOf(call.principal),
  traceId: call.traceId,
  idempotencyKey: call.idempotencyKey,
});

const actorOf = (principal: Operator): Actor => ({
  kind: 'operator',
  id: principal.keyId,
  via: 'http',
});

/**
 * Refuses what the caller's roles do not reach: another tenant's things do not exist for it, the wider part of its own
 * org is forbidden.
 *
 * @throws ApiProblem `not_found` or `forbidden`
 */
export const requireReach = (
  principal: Operator,
  org: OrgName,
  workspace: WorkspaceName | null,
): void => {
  if (canSee(principal, org, workspace)) return;
  if (principal.org !== org) throw new ApiProblem('not_found', `There is no org ${org} here.`);
  if (workspace !== null) {
    throw new ApiProblem('not_found', `There is no workspace ${org}/${workspace} here.`);
  }
  const own = `${principal.org}/${principal.workspace}`;
  throw new ApiProblem(
    'forbidden',
    `The roles of this key hold in ${own} only, not in all of ${org}.`,
  );
};
