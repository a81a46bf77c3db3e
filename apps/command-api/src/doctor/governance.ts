import {
  budgetPlace,
  type Address,
  type Finding,
  type FindingCode,
  type Told,
  type OrgName,
  type WorkspaceName,
} from '#contracts';
import { isWanted, msOf, type AgentRecord, type BudgetRecord, type ControlView } from '#domain';
import type { Operator } from '../control/operator.js';

/** What the doctor looks at besides the machines: whose spending is not capped, what nobody would hear of, … */
export interface Governed {
  readonly view: ControlView;
  /** Whose tenancy is looked at. */
  readonly caller: Operator;
  readonly nowMs: number;
  /** The instance that each agent's last heartbeat named; `null`: the read model is away. */
  readonly instances: ReadonlyMap<string, string | null> | null;
}

type Look = (governed: Governed) => Finding[];

/** So many names stand in a finding; the rest is a number. */
const NAMED_MAX = 10;
const DRILL_AGE_MS_MAX = 30 * 24 * 3_600_000;
const THRESHOLD: Told['type'] = 'budget.threshold';

const names = (all: readonly string[]): string => {
  const more = all.length - NAMED_MAX;
  return `${all.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

const finding = (severity: Finding['severity'], all: readonly string[], say: Say): Finding[] => {
  const { code, cure } = say;
  return all.length === 0 ? [] : [{ severity, code, what: say.what(names(all), all.length), cure }];
};

interface Say {
  readonly code: FindingCode;
  readonly what: (names: string, count: number) => string;
  readonly cure: string;
}

const orgOfCaller = ({ caller }: Governed): OrgName | undefined =>
  caller.meshWide ? undefined : caller.org;

const agentsOf = ({ view, caller }: Governed): AgentRecord[] => {
  const workspace = caller.workspaceOnly ? caller.workspace : undefined;
  const agents = caller.meshWide ? view.agents() : view.agents(caller.org, workspace);
  return [...agents].filter(({ revoked }) => !revoked);
};

/** The scopes that have a cap, each as one text. */
const cappedScopes = (governed: Governed): ReadonlySet<string> =>
  new Set(budgetsOf(governed).map(({ key }) => JSON.stringify(key.scope)));

const budgetsOf = (governed: Governed): BudgetRecord[] => [
  ...governed.view.budgets.all(orgOfCaller(governed)),
];

const scopesOf = ({ address, org, workspace, tags }: AgentRecord): object[] => {
  const namespace = `${org}/${workspace}`;
  const byTag = tags.flatMap((tag) => [
    { tag, namespace },
    { tag, org },
  ]);
  return [{ agent: address }, ...byTag, { namespace }, { org }];
};

const withoutCap: Look = (governed) => {
  const capped = cappedScopes(governed);
  const free = agentsOf(governed)
    .filter((agent) => !scopesOf(agent).some((scope) => capped.has(JSON.stringify(scope))))
    .map(({ address }) => address);
  return finding('info', free, {
    code: 'agent_without_cap',
    what: (which, count) =>
      `${count} ${count === 1 ? 'agent has' : 'agents have'} no cap: ${which}`,
    cure: 'Cap one with "estop budget set AGENT 50usd/day", or all of a namespace at once',
  });
};

/**
 * A key speaks for one agent, and heartbeats do not say which key they came with. What can be known is that one instance
 * was the last to speak for several agents: then it holds the keys of all of them.
 */
const sharedInstances: Look = (governed) => {
  const holders = new Map<string, Address[]>();
  for (const { address, org } of agentsOf(governed)) {
    const instance = governed.instances?.get(address) ?? null;
    if (instance === null) continue;
    const held = holders.get(`${org} ${instance}`);
    if (held) held.push(address);
    else holders.set(`${org} ${instance}`, [address]);
  }
  const shared = [...holders].filter(([, addresses]) => addresses.length > 1);
  const told = shared.map(
    ([of, addresses]) => `${of.slice(of.indexOf(' ') + 1)} (${names(addresses)})`,
  );
  return finding('warning', told, {
    code: 'instance_shared',
    what: (which) =>
      `The same instance speaks for several agents, so it holds all their keys: ${which}`,
    cure: 'Give each agent a process and a key of its own, so that revoking one takes nothing else along',
  });
};

const withoutAlert: Look = (governed) => {
  const webhooks = [...governed.view.webhooks.all(orgOfCaller(governed))];
  const isHeard = ({ key, org }: BudgetRecord): boolean => {
    const about = 'agent' in key.scope ? key.scope.agent : null;
    const told = { type: THRESHOLD, org, workspace: workspaceOfBudget(key), about };
    return webhooks.some((webhook) => isWanted(webhook, told));
  };
  const silent = budgetsOf(governed)
    .filter((budget) => budget.alertPct.length === 0 || !isHeard(budget))
    .map(({ id }) => id.replace(/^ledger\./, ''));
  return finding('info', silent, {
    code: 'cap_without_alert',
    what: (which, count) =>
      `${count} ${count === 1 ? 'cap would' : 'caps would'} be reached without a word to anybody: ${which}`,
    cure: `Subscribe a webhook to ${THRESHOLD}, and give the cap a share at which it is told`,
  });
};

const workspaceOfBudget = (key: BudgetRecord['key']): WorkspaceName | null =>
  budgetPlace(key).workspace as WorkspaceName | null;

const namespacesOf = (
  governed: Governed,
): { org: string; workspace: string; onFence: string }[] => {
  const { view, caller } = governed;
  const orgs = caller.meshWide ? [...view.organizations()].map(({ org }) => org) : [caller.org];
  return orgs
    .flatMap((org) => [...view.workspaces(org)])
    .filter(({ workspace }) => !caller.workspaceOnly || workspace === caller.workspace);
};

const withoutDrill: Look = (governed) => {
  const { view, nowMs } = governed;
  const peopled = new Set(agentsOf(governed).map(({ org, workspace }) => `${org}/${workspace}`));
  const undrilled = namespacesOf(governed)
    .filter(({ org, workspace }) => peopled.has(`${org}/${workspace}`))
    .filter(({ org, workspace }) => {
      const last = view.drills.lastIn(org, workspace);
      return last === null || nowMs - msOf(last) > DRILL_AGE_MS_MAX;
    })
    .map(({ org, workspace }) => `${org}/${workspace}`);
  return finding('info', undrilled, {
    code: 'namespace_without_drill',
    what: (which) => `No stop was tried out for 30 days in ${which}`,
    cure: 'Run "estop drill ns:ORG/WORKSPACE": it stops nobody',
  });
};

const openOnFence: Look = (governed) => {
  const open = namespacesOf(governed)
    .filter(({ onFence }) => onFence === 'allow')
    .map(({ org, workspace }) => `${org}/${workspace}`);
  return finding('warning', open, {
    code: 'fence_open',
    what: (which) =>
      `Traffic flows at gateways that cannot prove their state (on_fence: allow) in ${which}`,
    cure: 'Set on_fence to deny, unless work that goes on without proof is worth more than a sure stop',
  });
};

const LOOKS: readonly Look[] = [
  sharedInstances,
  openOnFence,
  withoutCap,
  withoutAlert,
  withoutDrill,
];

/** What somebody may want to know about agents, caps and namespaces; none of it keeps a stop from being proven. */
export const governanceFindings: Look = (governed) => LOOKS.flatMap((look) => look(governed));
