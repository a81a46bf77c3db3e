import type { BudgetKey } from './events/budget.events.js';
import { partsOf, type AddressParts } from './names.js';

/**
 * Every NATS subject of the mesh is built here. Tokens come from validated names only, so none can hold a dot, a
 * wildcard or a space. Grammar: NATS ADR-6 (naming rules). `_` stands for "the whole org" where a workspace would be;
 * a queue's token begins with `~`, which no agent's name can.
 */
export const WHOLE_ORG = '_';

export const streams = {
  control: { name: 'CONTROL', subjects: ['control.>', 'echo.>'] },
  intents: { name: 'INTENTS', subjects: ['intent.>', 'inbox.>', 'deadline.>', 'retire.>'] },
  activity: { name: 'ACTIVITY', subjects: ['activity.>'] },
  /** What was granted, spent and authorized under caps. */
  ledger: { name: 'LEDGER', subjects: ['ledger.>'] },
  sessions: { name: 'SESSIONS', subjects: ['session.>'] },
  /** What monitoring says, from outside and from inside. */
  signals: { name: 'SIGNALS', subjects: ['signal.>'] },
  /** What is to be told to webhooks, and what came of it. */
  notices: { name: 'NOTICES', subjects: ['notice.>'] },
} as const;

type Aggregate =
  | 'org'
  | 'workspace'
  | 'agent'
  | 'key'
  | 'stop'
  | 'policy'
  | 'breach'
  | 'restriction'
  | 'budget'
  | 'session'
  | 'webhook';

/** `control.{org}.{workspace}.{aggregate}.{id}` */
export const controlSubject = (
  org: string,
  workspace: string | null,
  aggregate: Aggregate,
  id: string,
): string => `control.${org}.${workspace ?? WHOLE_ORG}.${aggregate}.${id}`;

/** The first event of the log, which names its incarnation. */
export const LOG_SUBJECT = 'control.mesh.log';

/** A gateway's membership: joins, leaves and removals. */
export const gatewaySubject = (gateway: string): string => `control.mesh.gateway.${gateway}`;

/** A control node's membership and keys. */
export const nodeSubject = (node: string): string => `control.mesh.node.${node}`;

/** The next public key of a control node or a gateway, signed with the key before it. */
export const keySubject = (signer: string): string => `control.mesh.key.${signer}`;

/** What came of one drill. */
export const drillSubject = (drillId: string): string => `control.mesh.drill.${drillId}`;

/** All lasting events of the control log; whoever is no control node reads no echoes. */
export const CONTROL_FILTER = 'control.>';

/** A control node's echoes in the control log: forgotten after seconds, they prove how fresh its reading is. */
export const echoSubject = (node: string): string => `echo.${node}`;
export const ECHO_FILTER = 'echo.>';

/** The token of an agent or a queue in work subjects. */
export const workToken = (to: AddressParts): string =>
  to.kind === 'queue' ? `~${to.name}` : to.name;

const work = (root: string, to: AddressParts, intentId: string): string =>
  `${root}.${to.org}.${to.workspace}.${workToken(to)}.${intentId}`;

/** Holds exactly one event, `IntentSubmitted`: the item of work. */
export const intentSubject = (to: AddressParts, intentId: string): string =>
  work('intent', to, intentId);

/** What happened to an intent after it was submitted. */
export const intentLogSubject = (to: AddressParts, intentId: string): string =>
  `${intentSubject(to, intentId)}.log`;

/** Finds an intent of an org when only its id is known. */
export const intentLookup = (org: string, intentId: string): string =>
  `intent.${org}.*.*.${intentId}`;

/** All items of work of one agent or queue, in the order of their creation. */
export const workFilter = (to: AddressParts): string =>
  `intent.${to.org}.${to.workspace}.${workToken(to)}.*`;

/** A completion that was sent to `reply_to`. */
export const inboxSubject = (owner: AddressParts, intentId: string): string =>
  work('inbox', owner, intentId);
export const inboxFilter = (owner: AddressParts): string =>
  `inbox.${owner.org}.${owner.workspace}.${workToken(owner)}.*`;

/** A reminder to the mesh: this intent has a deadline. */
export const deadlineSubject = (to: AddressParts, intentId: string): string =>
  work('deadline', to, intentId);

/** A reminder to the mesh: this intent ended, and may be forgotten seven days later. */
export const retireSubject = (to: AddressParts, intentId: string): string =>
  work('retire', to, intentId);

/** `activity.{region}.{org}.{workspace}.{agent}`: what a gateway saw and decided, in batches. */
export const activitySubject = (region: string, org: string, workspace: string, agent: string) =>
  `activity.${region}.${org}.${workspace}.${agent}`;

/**
 * `{kind}.{id}.{currency}-{per}`: a budget's own tokens, the same in the control log (`control.{org}.{workspace}.budget.…`)
 * and in the ledger.
 */
export const budgetTokens = ({ scope, currency, per }: BudgetKey): string => {
  const what = `${currency}-${per}`;
  if ('agent' in scope) return `agent.${partsOf(scope.agent).name}.${what}`;
  if ('session' in scope) return `session.${scope.session}.${what}`;
  if ('tag' in scope) return `tag.${scope.tag}.${what}`;
  return 'namespace' in scope ? `namespace.${WHOLE_ORG}.${what}` : `org.${WHOLE_ORG}.${what}`;
};

/** Of whose spending it is: org, and workspace or `null`. */
export const budgetPlace = ({ scope }: Pick<BudgetKey, 'scope'>): BudgetPlace => {
  if ('agent' in scope) return partsOf(scope.agent);
  if ('namespace' in scope) {
    const [org = '', workspace = null] = scope.namespace.split('/');
    return { org, workspace };
  }
  return { org: scope.org, workspace: null };
};
interface BudgetPlace {
  readonly org: string;
  readonly workspace: string | null;
}

/** Everything decided about one budget. */
export const budgetSubject = (budget: BudgetKey): string => {
  const { org, workspace } = budgetPlace(budget);
  return `${controlSubject(org, workspace, 'budget', budgetTokens(budget))}`;
};

/** Everything granted and spent under one budget; equal texts mean equal budgets. */
export const ledgerSubject = (budget: BudgetKey): string => {
  const { org, workspace } = budgetPlace(budget);
  return `ledger.${org}.${workspace ?? WHOLE_ORG}.${budgetTokens(budget)}`;
};

/** What everybody's fold of a budget's ledger holds, struck from time to time. */
export const balanceSubject = (ledger: string): string => `${ledger}.balance`;

/** Where an authorization says which budgets it counts in. */
export const authorizationSubject = (org: string, workspace: string, id: string): string =>
  `ledger.${org}.${workspace}.authorization.${id}`;

/** How one session began. Everything after it stands below this subject. */
export const sessionSubject = (org: string, workspace: string, sessionId: string): string =>
  `session.${org}.${workspace}.${sessionId}`;

/** One subject for each message, so that a number is given once. */
export const sessionMessageSubject = (session: string, seq: number | '*'): string =>
  `${session}.message.${seq}`;

/** How it ended, unless it was killed. */
export const sessionEndSubject = (session: string): string => `${session}.end`;

/** Its messages and its end. */
export const sessionStory = (session: string): string => `${session}.>`;

/** The beginnings of all sessions, and their ends. */
export const SESSIONS_BEGUN = sessionSubject('*', '*', '*');
export const SESSIONS_ENDED = sessionEndSubject(SESSIONS_BEGUN);

/** `signal.{org}.{workspace or _}.{source}`: a source may publish there and nowhere else. */
export const signalSubject = (org: string, workspace: string | null, source: string): string =>
  `signal.${org}.${workspace ?? WHOLE_ORG}.${source}`;

/** One notice to one subscription; what came of it stands on the same subject and `.log`. */
export const noticeSubject = (org: string, subscriptionId: string, noticeId: string): string =>
  `notice.${org}.${subscriptionId}.${noticeId}`;
export const noticeLogSubject = (org: string, subscriptionId: string, noticeId: string): string =>
  `${noticeSubject(org, subscriptionId, noticeId)}.log`;

/** Core NATS, no stream: what gateways and control nodes say to each other at once. */
export const live = {
  /** A node's signed order, or a test of one, to all gateways and nodes. */
  order: (node: string) => `live.order.${node}`,
  orderFilter: 'live.order.*',
  /** A gateway asks all nodes to renew its lease. */
  renewal: (gateway: string) => `live.renewal.${gateway}`,
  renewalFilter: 'live.renewal.*',
  /** A node's signed answer to one gateway. */
  answer: (gateway: string) => `live.answer.${gateway}`,
  /** A gateway's signed word that an order, or a test of one, is in force there. */
  receipt: (gateway: string) => `live.receipt.${gateway}`,
  receiptFilter: 'live.receipt.*',
  /** A gateway hands a signed order to the node that asked for it. */
  handed: (node: string) => `live.handed.${node}`,
  /** Between nodes: joins asked for and acknowledged. */
  join: (node: string) => `live.join.${node}`,
  /** A gateway's word, sealed for each control node, how far it has applied the control log. */
  position: (region: string, gateway: string) => `live.position.${region}.${gateway}`,
  positionFilter: 'live.position.*.*',
  /** An HTTP request that a gateway hands to any command API (queue group). */
  command: 'live.command',
  /** To the gateway that delivered an intent: it was answered elsewhere, and is in nobody's hand any more. */
  answered: (gateway: string) => `live.answered.${gateway}`,
  /** A policy evaluator tells any command API of a breach (request and reply, queue group). */
  breach: 'live.breach',
  /** The notifier tells any command API of a receiver that is gone for good (request and reply, queue group). */
  gone: 'live.gone',
  /** Questions to the policy evaluators: what would have fired (request and reply). */
  backtest: 'live.backtest',
  /** Questions to the notifier: replay, test (request and reply). */
  notifier: 'live.notifier',
  /** An order to the audit projector (request and reply). */
  projector: 'live.projector',
} as const;
