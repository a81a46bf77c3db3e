import {
  DraftPolicy,
  PolicyDocument,
  type OrgName,
  type PolicyAction,
  type PolicyFinding,
  type PolicyName,
} from '#contracts';
import {
  isOrgWide,
  lintPolicy,
  presetPolicy,
  tryPolicy,
  type ControlView,
  type PolicyRecord,
} from '#domain';
import { ApiProblem, invalidFields, parsePart, type FieldError } from '#platform';

/** The whole document that a draft means, its defaults filled in. @throws ApiProblem `invalid_field` */
export const documentOf = (draft: DraftPolicy, name: PolicyName): PolicyDocument => {
  const { preset, confirm: _confirm, name: _name, ...written } = draft;
  const given = Object.fromEntries(
    Object.entries(written).filter(([, value]) => value !== undefined),
  );
  const base = preset === undefined ? {} : presetPolicy(preset, { name, target: draft.target });
  return parsePart(PolicyDocument, 'body', { ...base, ...given, name });
};

/** What is wrong with what somebody wrote, and the document where nothing is. */
export const readDraft = (
  written: unknown,
  name: PolicyName,
): { readonly document: PolicyDocument | null; readonly findings: PolicyFinding[] } => {
  try {
    return { document: documentOf(parsePart(DraftPolicy, 'body', written), name), findings: [] };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return { document: null, findings: fieldFindings(error) };
  }
};

const fieldFindings = ({ details }: ApiProblem): PolicyFinding[] => {
  const { fields = [] } = (details ?? {}) as { readonly fields?: readonly FieldError[] };
  return fields.map(({ path, message }) => ({
    level: 'error',
    code: 'invalid_field',
    path,
    message,
  }));
};

/** What is doubtful about a well-formed policy. */
export const reviewed = (
  view: ControlView,
  document: PolicyDocument,
  org: OrgName,
): PolicyFinding[] =>
  [...lintPolicy(document, org, view), ...tryPolicy(recordOf(document, org))].map(
    ({ code, path, message }) => ({
      level: ERRORS.has(code) ? 'error' : 'warning',
      ...{ code, path, message },
    }),
  );

const ERRORS: ReadonlySet<string> = new Set(['other_org', 'cannot_be_evaluated']);

/** As it would stand. */
const recordOf = (document: PolicyDocument, org: OrgName): PolicyRecord => ({
  ...{ org, policy: document.name, document, sequence: 1 },
  by: { kind: 'system', id: 'review', via: 'review' },
  setAt: '2026-01-01T00:00:00.000Z',
});

/** @throws ApiProblem `invalid_field` */
export const requireSound = (findings: readonly PolicyFinding[]): void => {
  const wrong = findings.filter(({ level }) => level === 'error');
  if (wrong.length === 0) return;
  throw invalidFields(wrong.map(({ path, message }) => ({ in: 'body', path, message })));
};

/** What must be sent as `confirm` before the policy is set: the org, all of whose agents it may stop. `null`: nothing. */
export const confirmationFor = (
  { mode, rules, target }: PolicyDocument,
  org: OrgName,
  findings: readonly PolicyFinding[],
): string | null => {
  if (mode !== 'enforce' || !rules.some(({ then }) => stops(then))) return null;
  const isWide = isOrgWide(target) || findings.some(({ code }) => code === 'whole_org');
  return isWide ? org : null;
};

const STOPPING: ReadonlySet<PolicyAction> = new Set(['pause', 'quarantine', 'halt', 'revoke']);

const stops = (action: PolicyAction): boolean => STOPPING.has(action);
