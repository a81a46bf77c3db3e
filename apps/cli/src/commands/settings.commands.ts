import { Namespace, OnFence, OrgName } from '#contracts';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { assure } from '../mesh/assurance.js';
import { spreadNote } from '../render/spread.js';

const orgOf = ({ words, home }: Call): string => {
  const name = words[0]?.replace(/^org:/, '') ?? home.org;
  if (name !== null && OrgName.safeParse(name).success) return name;
  const cure = 'Write it: estop org set acme --two-person-lift on';
  throw new UsageError(name === null ? 'which org?' : `not the name of an org: ${name}`, cure);
};

const switchOf = ({ flags }: Call): boolean => {
  const given = flags.text('two-person-lift');
  if (given === 'on' || given === 'off') return given === 'on';
  const cure = 'Add --two-person-lift on, or --two-person-lift off.';
  throw new UsageError(
    given === undefined ? 'nothing to set' : `neither on nor off: ${given}`,
    cure,
  );
};

const org: Command = {
  name: 'org set',
  summary: 'ask two people for the lift of a stop on a whole namespace or org',
  usage: '[ORG]',
  words: { min: 0, max: 1 },
  needs: 'admin',
  details: [
    'Without ORG it is your own. Stops of one agent or tag are lifted by one person always.',
  ],
  flags: { 'two-person-lift': { value: 'on|off', help: 'whether a second person must confirm' } },
  examples: ['estop org set acme --two-person-lift on', 'estop org set --two-person-lift off'],
  run: async (call) => {
    const { estop, terminal, json } = call;
    const body = { two_person_lift: switchOf(call) };
    const options = { signal: terminal.signal };
    const answer = await estop.organizations.change(orgOf(call), body, options);
    const { org_id: id, two_person_lift: on } = answer.organization;
    const words = on
      ? `${id}: a stop on a whole namespace or the org is lifted by two people.`
      : `${id}: one person can lift any stop.`;
    terminal.out(json ? JSON.stringify(answer) : words + spreadNote(answer));
    return answer.missing.length === 0 ? exitCodes.confirmed : exitCodes.notConfirmed;
  },
};

const namespaceOf = ({ words }: Call): string => {
  const name = (words[0] as string).replace(/^ns:/, '');
  if (Namespace.safeParse(name).success) return name;
  throw new UsageError(
    `not a namespace: ${name}`,
    'It is org/workspace, for example acme/production.',
  );
};

const choiceOf = ({ flags }: Call): OnFence => {
  const parsed = OnFence.safeParse(flags.text('on-fence'));
  if (parsed.success) return parsed.data;
  throw new UsageError('nothing to set', 'Add --on-fence deny (the default), or --on-fence allow.');
};

const namespace: Command = {
  name: 'ns set',
  summary: 'choose what a gateway without proof of its state does with a namespace',
  usage: 'ORG/WORKSPACE',
  words: { min: 1, max: 1 },
  needs: 'admin',
  details: [
    'deny: nothing passes a fenced gateway, so every stop is contained within a second. allow: traffic flows on stale state,',
    'each request is counted and flagged, and no stop of it is called contained while such a gateway is missing.',
  ],
  flags: {
    'on-fence': { value: 'allow|deny', help: 'what becomes of its traffic at a fenced gateway' },
    yes: { help: 'do not ask before stops may come late for the namespace' },
  },
  examples: [
    'estop ns set acme/staging --on-fence allow',
    'estop ns set acme/staging --on-fence deny',
  ],
  run: async (call) => {
    const { estop, terminal, json } = call;
    const name = namespaceOf(call);
    const choice = choiceOf(call);
    if (choice === 'allow')
      await assure(call, {
        name,
        act: `let ${name} run on through gateways that no stop can reach`,
      });
    const [org = '', workspace = ''] = name.split('/');
    const body = { on_fence: choice };
    const options = { signal: terminal.signal };
    const answer = await estop.workspaces.change(org, workspace, body, options);
    const words =
      answer.workspace.on_fence === 'deny'
        ? `${name}: nothing passes a gateway that cannot prove its state.`
        : `${name}: traffic flows through fenced gateways; a stop may come late there, and says so.`;
    terminal.out(json ? JSON.stringify(answer) : words + spreadNote(answer));
    return answer.missing.length === 0 ? exitCodes.confirmed : exitCodes.notConfirmed;
  },
};

export const settingsCommands: readonly Command[] = [org, namespace];
