import type {
  Address,
  AgentDescribed,
  AgentEvent,
  AgentRegistered,
  FactOf,
  JsonObject,
  Tag,
} from '#contracts';
import { accept, type Decider, type Decision, reject } from '../decider.js';

export type AgentState =
  | { readonly status: 'absent' }
  | {
      readonly status: 'registered';
      readonly tags: readonly Tag[];
      readonly displayName: string | null;
      readonly metadata: JsonObject;
    }
  | { readonly status: 'revoked' };

export type RegisterAgent = {
  readonly type: 'RegisterAgent';
  /** The agent on whose behalf; left out: an operator's own. */
  readonly parent?: Parent;
} & FactOf<typeof AgentRegistered>['data'];
export interface Parent {
  readonly address: Address;
  /** Itself, its own parent, …, as they stand now. */
  readonly lineage: readonly { readonly known: boolean; readonly revoked: boolean }[];
}
/** An agent has at most so many above it. */
export const LINEAGE_MAX = 16;
/** Replaces all tags. */
export interface TagAgent {
  readonly type: 'TagAgent';
  readonly address: Address;
  readonly tags: readonly Tag[];
  /** The tags by which a standing stop holds this agent now; see `heldTags`. */
  readonly heldTags: readonly Tag[];
}
export type DescribeAgent = { readonly type: 'DescribeAgent' } & FactOf<
  typeof AgentDescribed
>['data'];
export interface RevokeAgent {
  readonly type: 'RevokeAgent';
  readonly address: Address;
  readonly reason: string | null;
}
export type AgentCommand = RegisterAgent | TagAgent | DescribeAgent | RevokeAgent;

/** `AGENT_REVOKED`: revocation is permanent, and the name is never given again. */
export type AgentRejection =
  | 'ALREADY_EXISTS'
  | 'AGENT_UNKNOWN'
  | 'AGENT_REVOKED'
  | 'TAG_HOLDS_STOP'
  | 'PARENT_UNKNOWN'
  | 'PARENT_REVOKED'
  | 'LINEAGE_TOO_LONG';

type AgentDecision = Decision<AgentEvent, AgentRejection>;
type Registered = Extract<AgentState, { status: 'registered' }>;

const register = (command: RegisterAgent, state: AgentState): AgentDecision => {
  switch (state.status) {
    case 'absent':
      return born(command);
    case 'registered':
      return reject('ALREADY_EXISTS');
    case 'revoked':
      return reject('AGENT_REVOKED');
  }
};

const born = ({ type: _type, parent, ...data }: RegisterAgent): AgentDecision => {
  const registered: AgentEvent = { type: 'AgentRegistered', data };
  if (parent === undefined) return accept(registered);
  if (parent.lineage.some(({ known }) => !known)) return reject('PARENT_UNKNOWN');
  if (parent.lineage.some(({ revoked }) => revoked)) return reject('PARENT_REVOKED');
  if (parent.lineage.length > LINEAGE_MAX) return reject('LINEAGE_TOO_LONG');
  const { address } = data;
  return accept<AgentEvent>(registered, {
    type: 'AgentDelegated',
    data: { address, parent: parent.address },
  });
};

const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

// Taking the tag away would free the agent without a lift, so it is refused.
const tag = ({ address, tags, heldTags }: TagAgent, state: Registered): AgentDecision => {
  const wanted = [...new Set(tags)].sort();
  const freed = heldTags.some((held) => state.tags.includes(held) && !wanted.includes(held));
  if (freed) return reject('TAG_HOLDS_STOP');
  return same(wanted, state.tags)
    ? accept()
    : accept({ type: 'AgentTagged', data: { address, tags: wanted } });
};

const describe = (command: DescribeAgent, state: Registered): AgentDecision => {
  const { address, displayName, metadata } = command;
  return displayName === state.displayName && same(metadata, state.metadata)
    ? accept()
    : accept({ type: 'AgentDescribed', data: { address, displayName, metadata } });
};

const revoke = ({ address, reason }: RevokeAgent, state: AgentState): AgentDecision => {
  switch (state.status) {
    case 'absent':
      return reject('AGENT_UNKNOWN');
    case 'registered':
      return accept({ type: 'AgentRevoked', data: { address, reason } });
    case 'revoked':
      return accept();
  }
};

const decide = (command: AgentCommand, state: AgentState): AgentDecision => {
  if (command.type === 'RegisterAgent') return register(command, state);
  if (command.type === 'RevokeAgent') return revoke(command, state);
  if (state.status === 'absent') return reject('AGENT_UNKNOWN');
  if (state.status === 'revoked') return reject('AGENT_REVOKED');
  return command.type === 'TagAgent' ? tag(command, state) : describe(command, state);
};

const evolve = (state: AgentState, event: AgentEvent): AgentState => {
  switch (event.type) {
    case 'AgentRegistered':
      return { status: 'registered', tags: [], displayName: null, metadata: {} };
    case 'AgentTagged':
      return state.status === 'registered' ? { ...state, tags: event.data.tags } : state;
    case 'AgentDescribed': {
      const { displayName, metadata } = event.data;
      return state.status === 'registered' ? { ...state, displayName, metadata } : state;
    }
    case 'AgentRevoked':
      return { status: 'revoked' };
    case 'AgentDelegated':
      return state;
  }
};

/** One agent's identity: registered once, described and tagged, revoked for good. */
export const agentDecider: Decider<AgentState, AgentCommand, AgentEvent, AgentRejection> = {
  decide,
  evolve,
  initialState: { status: 'absent' },
};
