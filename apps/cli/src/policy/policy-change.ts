import { EstopError, type AnswerOf, type PolicyDraft } from '#sdk';
import { PolicyMode, type setPolicy } from '#contracts';
import type { FlagDefinitions } from '../arguments/flags.js';
import { UsageError } from '../arguments/usage-error.js';
import type { Call } from '../command.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { assure } from '../mesh/assurance.js';
import { policyReport } from '../render/policies.js';

type Report = AnswerOf<typeof setPolicy>;

export const org = { value: 'ORG', help: 'another org, for the people who run the mesh' };

export const changeFlags: FlagDefinitions = {
  'dry-run': { help: 'show what would come of it, and change nothing' },
  confirm: { value: 'ORG', help: 'the org, where the policy may stop every agent of it' },
  yes: { help: 'do not ask before the policy may stop every agent of the org' },
  org,
};

export const modeOf = ({ flags }: Call): PolicyMode | undefined => {
  const given = flags.text('mode');
  const parsed = PolicyMode.optional().safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(`--mode is not one: ${given}`, 'It is shadow, warn or enforce.');
};
export const mode = { value: 'MODE', help: 'shadow, warn or enforce, whatever the policy says' };

export const scopeOf = ({ flags }: Call): { org_id?: string } => {
  const org = flags.text('org');
  return org === undefined ? {} : { org_id: org };
};

/** Sets a policy, and says whether every gateway has it. */
export const change = async (call: Call, name: string, draft: PolicyDraft): Promise<ExitCode> => {
  const report = await set(call, name, draft);
  const { json, terminal, paint } = call;
  terminal.out(json ? JSON.stringify(report) : policyReport(report, paint));
  return (report.missing ?? []).length === 0 ? exitCodes.confirmed : exitCodes.notConfirmed;
};

const set = async (call: Call, name: string, draft: PolicyDraft): Promise<Report> => {
  const { estop, flags, terminal } = call;
  const confirm = flags.text('confirm');
  const scope = { ...scopeOf(call), ...(flags.has('dry-run') && { dry_run: true }) };
  const options = { signal: terminal.signal };
  const body = confirm === undefined ? draft : { ...draft, confirm };
  try {
    return await estop.policies.set(name, body, scope, options);
  } catch (error) {
    const wide = confirm === undefined ? orgToConfirm(error) : null;
    if (wide === null) throw error;
    await assure(call, {
      name: wide.org,
      act: `let ${name} stop every agent of ${wide.org} (${wide.agents} now)`,
    });
    return estop.policies.set(name, { ...draft, confirm: wide.org }, scope, options);
  }
};

const orgToConfirm = (error: unknown): { org: string; agents: number } | null => {
  if (!(error instanceof EstopError) || error.code !== 'confirmation_required') return null;
  const { confirm, agents } = error.details;
  return typeof confirm === 'string' ? { org: confirm, agents: Number(agents) } : null;
};
