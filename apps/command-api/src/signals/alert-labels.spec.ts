import type { Namespace, OrgName, WorkspaceName } from '#contracts';
import { selectorOfLabels, severityOf, type LabelScope } from './alert-labels.js';

const scope: LabelScope = {
  org: 'acme' as OrgName,
  workspace: 'production' as WorkspaceName,
  whole: { org: 'acme' as OrgName },
  hasWorkspace: (name) => ['production', 'staging'].includes(name),
};
const narrow: LabelScope = { ...scope, whole: { namespace: 'acme/staging' as Namespace } };

const mapped: [labels: Record<string, string>, selector: object][] = [
  [{ agent: 'agent://acme/production/payer' }, { agent: 'agent://acme/production/payer' }],
  [{ agent: 'payer' }, { agent: 'agent://acme/production/payer' }],
  [{ agent: 'payer', namespace: 'staging' }, { agent: 'agent://acme/staging/payer' }],
  [{ agent_address: 'agent://acme/x/y' }, { agent: 'agent://acme/x/y' }],
  [{ estop_agent: 'payer', agent: 'node-exporter' }, { agent: 'agent://acme/production/payer' }],
  [{ tag: 'mail' }, { tag: 'mail', org: 'acme' }],
  [
    { tag: 'mail', namespace: 'acme/staging' },
    { tag: 'mail', namespace: 'acme/staging' },
  ],
  [{ namespace: 'production' }, { namespace: 'acme/production' }],
  [{ namespace: 'monitoring', estop_org: 'acme' }, { org: 'acme' }],
  [
    { namespace: 'monitoring', estop_org: 'acme', tag: 'mail' },
    { tag: 'mail', org: 'acme' },
  ],
  [{ alertname: 'ProviderDown' }, { org: 'acme' }],
];
it.each(mapped)('%j concern %j', (labels, selector) =>
  expect(selectorOfLabels(labels, scope)).toEqual({ ok: true, selector }),
);

it('concern the workspace of a key that reaches no further', () => {
  expect(selectorOfLabels({}, narrow)).toMatchObject({ selector: { namespace: 'acme/staging' } });
  expect(selectorOfLabels({ tag: 'mail' }, narrow)).toMatchObject({
    selector: { tag: 'mail', namespace: 'acme/staging' },
  });
});

it.each([
  [{ agent: 'Not A Name' }, 'agent'],
  [{ estop_agent: 'agent://acme/production' }, 'estop_agent'],
  [{ tag: 'Not A Tag' }, 'tag'],
  [{ namespace: 'monitoring' }, 'namespace'],
  [{ namespace: 'globex/main' }, 'namespace'],
  [{ org: 'globex' }, 'org'],
  [{ org: 'globex', agent: 'payer' }, 'org'],
])('%j name nobody here, and are never widened to everybody', (labels, label) => {
  const mapping = selectorOfLabels(labels as Record<string, string>, scope);
  expect(mapping).toMatchObject({ ok: false });
  expect(mapping.ok ? '' : mapping.why).toContain(`the label ${label} `);
});

it.each([
  ['critical', 'critical'],
  ['PAGE', 'critical'],
  ['error', 'critical'],
  ['warn', 'warning'],
  ['none', 'info'],
  ['purple', 'warning'],
  ['constructor', 'warning'],
  ['__proto__', 'warning'],
  ['', 'warning'],
])('a severity "%s" is %s', (severity, known) => expect(severityOf({ severity })).toBe(known));
