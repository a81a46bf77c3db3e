import type { FactOf, KeyEvent, KeyId, KeyIssued } from '#contracts';
import { accept, type Decider, type Decision, reject } from '../decider.js';

export type KeyState =
  | { readonly status: 'absent' }
  | { readonly status: 'issued'; readonly secretSha256: string }
  | { readonly status: 'revoked' };

export type IssueKey = {
  readonly type: 'IssueKey';
  /** The agent that the key would speak for was revoked; `false` for operators' keys. */
  readonly agentRevoked: boolean;
} & FactOf<typeof KeyIssued>['data'];
export interface RevokeKey {
  readonly type: 'RevokeKey';
  readonly keyId: KeyId;
  readonly reason: string | null;
}
/** Another key takes its place, and this one ends then. */
export interface RetireKey {
  readonly type: 'RetireKey';
  readonly keyId: KeyId;
  readonly replacedBy: KeyId;
  readonly expiresAt: string;
}
export type KeyCommand = IssueKey | RevokeKey | RetireKey;
export type KeyRejection = 'ALREADY_EXISTS' | 'AGENT_REVOKED' | 'KEY_UNKNOWN' | 'KEY_REVOKED';

type KeyDecision = Decision<KeyEvent, KeyRejection>;

const issue = (command: IssueKey, state: KeyState): KeyDecision => {
  const { type: _type, agentRevoked, ...data } = command;
  if (agentRevoked) return reject('AGENT_REVOKED');
  switch (state.status) {
    case 'absent':
      return accept({ type: 'KeyIssued', data });
    case 'issued':
      return state.secretSha256 === data.secretSha256 ? accept() : reject('ALREADY_EXISTS');
    case 'revoked':
      return reject('ALREADY_EXISTS');
  }
};

const revoke = ({ keyId, reason }: RevokeKey, state: KeyState): KeyDecision => {
  switch (state.status) {
    case 'absent':
      return reject('KEY_UNKNOWN');
    case 'issued':
      return accept({ type: 'KeyRevoked', data: { keyId, reason } });
    case 'revoked':
      return accept();
  }
};

const retire = ({ keyId, replacedBy, expiresAt }: RetireKey, state: KeyState): KeyDecision => {
  switch (state.status) {
    case 'absent':
      return reject('KEY_UNKNOWN');
    case 'issued':
      return accept({ type: 'KeyRetired', data: { keyId, replacedBy, expiresAt } });
    case 'revoked':
      return reject('KEY_REVOKED');
  }
};

const decide = (command: KeyCommand, state: KeyState): KeyDecision => {
  if (command.type === 'IssueKey') return issue(command, state);
  return command.type === 'RevokeKey' ? revoke(command, state) : retire(command, state);
};

/** One key: issued once, revoked for good. */
export const keyDecider: Decider<KeyState, KeyCommand, KeyEvent, KeyRejection> = {
  decide,
  evolve: (state, event): KeyState => {
    switch (event.type) {
      case 'KeyIssued':
        return { status: 'issued', secretSha256: event.data.secretSha256 };
      case 'KeyRevoked':
        return { status: 'revoked' };
      case 'KeyRetired':
        return state;
    }
  },
  initialState: { status: 'absent' },
};
