import type { FactOf, OrgName, PolicyDocument, PolicyRemoved, PolicySet } from '#contracts';
import { accept, type Decider, type Decision, reject } from '../decider.js';

export type PolicyLifeEvent = FactOf<typeof PolicySet | typeof PolicyRemoved>;
export type SetPolicy = {
  readonly type: 'SetPolicy';
  readonly org: OrgName;
  readonly document: PolicyDocument;
};
export type RemovePolicy = { readonly type: 'RemovePolicy' } & FactOf<typeof PolicyRemoved>['data'];
export type PolicyCommand = SetPolicy | RemovePolicy;

export type PolicyState =
  | { readonly status: 'absent' }
  | { readonly status: 'set'; readonly document: PolicyDocument }
  | { readonly status: 'removed' };
export type PolicyRejection = 'POLICY_UNKNOWN';

type PolicyDecision = Decision<PolicyLifeEvent, PolicyRejection>;

// The same document again is no new version: what it has counted goes on.
const set = ({ org, document }: SetPolicy, state: PolicyState): PolicyDecision =>
  state.status === 'set' && canonical(state.document) === canonical(document)
    ? accept()
    : accept({ type: 'PolicySet', data: { org, policy: document.name, document } });

const remove = ({ type: _type, ...data }: RemovePolicy, state: PolicyState): PolicyDecision => {
  switch (state.status) {
    case 'absent':
      return reject('POLICY_UNKNOWN');
    case 'set':
      return accept({ type: 'PolicyRemoved', data });
    case 'removed':
      return accept();
  }
};

const evolve = (_state: PolicyState, event: PolicyLifeEvent): PolicyState => {
  switch (event.type) {
    case 'PolicySet':
      return { status: 'set', document: event.data.document };
    case 'PolicyRemoved':
      return { status: 'removed' };
  }
};

/** One policy of an org: set as often as its author likes, each time as a whole. */
export const policyDecider: Decider<PolicyState, PolicyCommand, PolicyLifeEvent, PolicyRejection> =
  {
    decide: (command, state) =>
      command.type === 'SetPolicy' ? set(command, state) : remove(command, state),
    evolve,
    initialState: { status: 'absent' },
  };

/** Equal documents have equal texts, in whatever order their fields stand. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
