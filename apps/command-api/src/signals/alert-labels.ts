import {
  Address,
  Namespace,
  OrgName,
  Tag,
  WorkspaceName,
  type SignalSelector,
  type SignalSeverity,
} from '#contracts';

/** What labels mean for the key that sent them. */
export interface LabelScope {
  readonly org: OrgName;
  /** Short names of agents mean this workspace. */
  readonly workspace: WorkspaceName;
  /** Without a label that says more: as far as the key reaches. */
  readonly whole: SignalSelector;
  hasWorkspace(workspace: WorkspaceName): boolean;
}

export type Mapped =
  | { readonly ok: true; readonly selector: SignalSelector }
  | { readonly ok: false; readonly why: string };

type Labels = Readonly<Record<string, string>>;

const no = (why: string): Mapped => ({ ok: false, why });
const yes = (selector: SignalSelector): Mapped => ({ ok: true, selector });

const firstOf = (labels: Labels, names: readonly string[]): [string, string] | null => {
  for (const name of names) {
    const value = labels[name];
    if (value !== undefined && value !== '') return [name, value];
  }
  return null;
};

/** A full address, or a name in a workspace. */
const agentOf = (value: string, { org }: LabelScope, workspace: WorkspaceName): Address | null => {
  const text = value.includes('://') ? value : `agent://${org}/${workspace}/${value}`;
  return Address.safeParse(text).data ?? null;
};

/** `org/workspace`, or a workspace of the org. */
const namespaceOf = (value: string, { org, hasWorkspace }: LabelScope): Namespace | null => {
  const text = value.includes('/') ? value : `${org}/${value}`;
  const namespace = Namespace.safeParse(text).data ?? null;
  const [inOrg, workspace] = (namespace ?? '').split('/');
  return namespace !== null && inOrg === org && hasWorkspace(workspace as WorkspaceName)
    ? namespace
    : null;
};

/**
 * Whom an alert concerns, by its labels: `estop_agent` (or `agent`, `agent_address`), else `estop_tag` (or `tag`), within
 * `estop_namespace` (or `namespace`), else `estop_org` (or `org`). A label that names nobody here makes the alert mean
 * nobody: it is never widened. The reach of the key itself is checked by the caller.
 */
export const selectorOfLabels = (labels: Labels, scope: LabelScope): Mapped => {
  const org = firstOf(labels, ['estop_org', 'org']);
  if (org !== null && org[1] !== scope.org) return no(`the label ${org[0]} names another org`);
  const place = firstOf(labels, ['estop_namespace', 'namespace']);
  const namespace = place && namespaceOf(place[1], scope);
  const agent = firstOf(labels, ['estop_agent', 'agent', 'agent_address']);
  if (agent) return agentSelector(agent, namespace, scope);
  return placeSelector(labels, { org, place, namespace }, scope);
};

type Label = [name: string, value: string] | null;
interface Place {
  readonly org: Label;
  readonly place: Label;
  readonly namespace: Namespace | null;
}

const placeSelector = (
  labels: Labels,
  { org, place, namespace }: Place,
  scope: LabelScope,
): Mapped => {
  // Kubernetes has a label of this name as well: with the org beside it, that is meant.
  if (place && !namespace && !org) {
    return no(`the label ${place[0]} names no workspace of ${scope.org}`);
  }
  const tag = firstOf(labels, ['estop_tag', 'tag']);
  if (tag !== null) return tagSelector(tag, namespace, scope);
  return yes(placeOf(namespace, org !== null, scope));
};

const placeOf = (
  namespace: Namespace | null,
  isWholeOrg: boolean,
  { org, whole }: LabelScope,
): SignalSelector => {
  if (namespace !== null) return { namespace };
  return isWholeOrg ? { org } : whole;
};

const agentSelector = (
  [label, value]: [string, string],
  namespace: Namespace | null,
  scope: LabelScope,
): Mapped => {
  const workspace = (namespace?.split('/')[1] ?? scope.workspace) as WorkspaceName;
  const agent = agentOf(value, scope, workspace);
  return agent === null ? no(`the label ${label} is no agent's address or name`) : yes({ agent });
};

const tagSelector = (
  [label, value]: [string, string],
  namespace: Namespace | null,
  { whole, org }: LabelScope,
): Mapped => {
  const tag = Tag.safeParse(value).data;
  if (tag === undefined) return no(`the label ${label} is no tag`);
  if (namespace !== null) return yes({ tag, namespace });
  return yes('namespace' in whole ? { tag, namespace: whole.namespace } : { tag, org });
};

const words: ReadonlyMap<string, SignalSeverity> = new Map(
  Object.entries({
    ...{ critical: 'critical', page: 'critical', error: 'critical', fatal: 'critical' },
    ...{ emergency: 'critical', alert: 'critical', high: 'critical' },
    ...{ warning: 'warning', warn: 'warning', ticket: 'warning', medium: 'warning' },
    ...{ info: 'info', notice: 'info', none: 'info', low: 'info', debug: 'info' },
  } as const),
);

/** Of the label `severity`; a word that nobody here knows, or none, is a warning: it is no reason to stop anybody. */
export const severityOf = (labels: Labels): SignalSeverity =>
  words.get((labels.severity ?? '').toLowerCase()) ?? 'warning';
