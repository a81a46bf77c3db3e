import type { OrgName } from '#contracts';
import type { ControlView, Parent } from '#domain';
import { invalidFields } from '#platform';
import { findRegistered } from '../agents/agent-reference.js';
import type { Operator } from '../control/operator.js';

const FIELD = { in: 'body', path: 'parent' } as const;

/**
 * The agent on whose behalf another one of the org is registered, as it stands now.
 *
 * @throws ApiProblem `not_found` for one that the caller cannot see, `invalid_field` for one of another org
 */
export const parentOf = (
  { view, caller, org }: { view: ControlView; caller: Operator; org: OrgName },
  text: string | null | undefined,
): Parent | null => {
  if (text === null || text === undefined) return null;
  const { address, org: home } = findRegistered({ view, caller, field: FIELD }, text);
  if (home !== org) {
    throw invalidFields([{ ...FIELD, message: `is an agent of ${home}; name one of ${org}` }]);
  }
  const lineage = view.lineage(address).map((above) => {
    const record = view.agent(above);
    return { known: record !== null, revoked: record?.revoked ?? false };
  });
  return { address, lineage };
};
