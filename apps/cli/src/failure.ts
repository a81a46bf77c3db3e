import { EstopError } from '#sdk';
import { UsageError } from './arguments/usage-error.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { shown } from './render/words.js';
import type { Terminal } from './terminal.js';

/** Says on the error output what went wrong and what to do about it. @returns the exit code for it */
export const reportFailure = (
  error: unknown,
  { terminal, json }: { terminal: Terminal; json: boolean },
): ExitCode => {
  if (terminal.signal.aborted) return exitCodes.failed;
  const { code, lines, facts } = describe(error);
  if (json) terminal.err(JSON.stringify({ error: facts, exit_code: code }));
  else for (const line of lines) terminal.err(shown(line));
  return code;
};

interface Description {
  readonly code: ExitCode;
  readonly lines: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
}

const describe = (error: unknown): Description => {
  if (error instanceof UsageError) {
    const { message, cure } = error;
    return {
      code: exitCodes.usage,
      lines: [`estop: ${message}`, ...(cure === null ? [] : [cure])],
      facts: { code: 'usage', message, cure },
    };
  }
  if (error instanceof EstopError) return refusal(error);
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: exitCodes.failed,
    lines: [`estop: ${message}`],
    facts: { code: 'client_failure', message },
  };
};

const refusal = (error: EstopError): Description => {
  const { status, code, message, details, requestId } = error;
  const cure = cures[code] ?? null;
  return {
    code: [401, 403].includes(status) ? exitCodes.notAuthorised : exitCodes.failed,
    lines: [
      `estop: ${message}${status === 0 ? '' : ` (${status} ${code})`}`,
      ...namedIn(details),
      ...(cure === null ? [] : [cure]),
      ...(status >= 500 && requestId !== null ? [`request id ${requestId}`] : []),
    ],
    facts: { code, status, message, details, request_id: requestId, cure },
  };
};

const cures: Readonly<Record<string, string>> = {
  no_answer:
    'Nothing is known to be stopped or changed. Is the mesh up? Name other gateways with --url URL,URL or ESTOP_URL.',
  unauthenticated: 'Set ESTOP_API_KEY to a key of this mesh.',
  forbidden: 'Ask for a key with the role that may do this: "estop keys list" shows who has one.',
  root_cause_required: 'Write it down: --reason "what was wrong, and what was done about it".',
  held_by_wider_stop: 'Lift that order, if you mean it: estop resume stop_… --reason "…".',
  plan_changed: 'Look again with --dry-run, then use the new plan.',
};

/** The fields or orders that a refusal names. */
const namedIn = (details: Readonly<Record<string, unknown>>): readonly string[] => {
  const { fields, orders, held_by: heldBy } = details;
  const named = [fields, orders, heldBy].find(Array.isArray) as unknown[] | undefined;
  return (named ?? []).map((entry) => `  ${lineOf(entry)}`);
};

/** What tells people most, first; the rest is in `--json`. */
const telling = ['path', 'order_id', 'mode', 'scope', 'address', 'message', 'reason'];

const lineOf = (entry: unknown): string => {
  if (typeof entry !== 'object' || entry === null) return String(entry);
  const facts = entry as Readonly<Record<string, unknown>>;
  return telling
    .map((name) => facts[name])
    .filter((value) => typeof value === 'string')
    .join('  ');
};
