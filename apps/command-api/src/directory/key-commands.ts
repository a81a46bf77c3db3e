import { Injectable } from '@nestjs/common';
import {
  controlSubject,
  type KeyHolder,
  type KeyId,
  type OrgName,
  type WorkspaceName,
} from '#contracts';
import { keyDecider, type IssueKey, type KeyRecord } from '#domain';
import { ApiProblem, formatKey, invalidFields, sha256Hex, toTimestamp } from '#platform';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { by } from '../control/recording.js';
import { rejected } from '../control/rejections.js';

export interface KeyWish {
  readonly holder: KeyHolder;
  readonly org: OrgName;
  readonly workspace: WorkspaceName;
  readonly workspaceOnly: boolean;
  /** As it was sent. */
  readonly expiresAt: string | null;
  readonly createdByNote: string | null;
  readonly agentRevoked: boolean;
}

export interface IssuedKey {
  readonly keyId: KeyId;
  /** Shown once, kept nowhere: the log holds its hash. */
  readonly token: string;
  readonly sequence: number;
}

export interface DraftedKey {
  readonly subject: string;
  readonly command: IssueKey;
  /** Shown once, kept nowhere. */
  readonly token: string;
}

const HINT_CHARACTERS = 4;

/** Issues and revokes keys of either kind. */
@Injectable()
export class KeyCommands {
  constructor(private readonly control: Control) {}

  /** @throws ApiProblem `conflict` for a revoked agent, `invalid_field` for an end in the past */
  async issue(caller: Caller, wish: KeyWish): Promise<IssuedKey> {
    const { subject, command, token } = this.draft(wish);
    const about = by(caller, wish);
    const outcome = await this.control.decide({ subject, decider: keyDecider, command, about });
    if (!outcome.accepted) throw rejected(outcome.rejection, holderName(wish.holder));
    return { keyId: command.keyId, token, sequence: outcome.sequence };
  }

  /** A new key in place of another one, which ends after the overlap: both facts, or none. */
  async replace(
    caller: Caller,
    wish: KeyWish,
    { keyId: oldKeyId, lastSequence }: Pick<KeyRecord, 'keyId' | 'lastSequence'>,
    overlapMs: number,
  ): Promise<IssuedKey | null> {
    const { subject, command, token } = this.draft(wish);
    const decision = keyDecider.decide(command, keyDecider.initialState);
    if (!decision.accepted) throw rejected(decision.rejection, holderName(wish.holder));
    const { keyId } = command;
    const expiresAt = toTimestamp(this.control.parts.clock.nowMs() + overlapMs);
    const retired = { keyId: oldKeyId, replacedBy: keyId, expiresAt };
    const { org, workspace } = wish;
    const sequence = await this.control.together(
      [
        ...decision.events.map((fact) => ({ subject, fact, lastSequence: 0 })),
        {
          subject: controlSubject(org, workspace, 'key', oldKeyId),
          fact: { type: 'KeyRetired', data: retired },
          lastSequence,
        },
      ],
      by(caller, wish),
    );
    return sequence === null ? null : { keyId, token, sequence };
  }

  /** A key with its secret, not issued yet. @throws ApiProblem `invalid_field` for an end in the past */
  draft(wish: KeyWish): DraftedKey {
    const { ids } = this.control.parts;
    const { holder, org, workspace, workspaceOnly, createdByNote, agentRevoked } = wish;
    const keyId = ids.keyId();
    const secret = ids.secret();
    return {
      subject: controlSubject(org, workspace, 'key', keyId),
      token: formatKey({ kind: holder.kind, keyId, secret }),
      command: {
        type: 'IssueKey',
        agentRevoked,
        keyId,
        holder,
        org,
        workspace,
        workspaceOnly,
        secretSha256: sha256Hex(secret),
        hint: secret.slice(-HINT_CHARACTERS),
        expiresAt: this.endOf(wish.expiresAt),
        createdByNote,
      },
    };
  }

  /** Revoking it twice changes nothing the second time. */
  async revoke(
    caller: Caller,
    key: KeyRecord,
    reason: string | null,
  ): Promise<{ changed: boolean; sequence: number }> {
    const { keyId, org, workspace } = key;
    const outcome = await this.control.decide({
      subject: controlSubject(org, workspace, 'key', keyId),
      decider: keyDecider,
      command: { type: 'RevokeKey', keyId, reason },
      about: by(caller, { org, workspace }, reason),
    });
    if (!outcome.accepted) throw rejected(outcome.rejection, `The key ${keyId}`);
    return outcome;
  }

  /** The key as the log holds it now. */
  issued(keyId: KeyId): KeyRecord {
    const key = this.control.view.key(keyId);
    if (key) return key;
    throw new ApiProblem('log_unavailable', `The key ${keyId} was issued and cannot be read yet.`);
  }

  private endOf(expiresAt: string | null): string | null {
    if (expiresAt === null) return null;
    const endMs = Date.parse(expiresAt);
    if (endMs > this.control.parts.clock.nowMs()) return toTimestamp(endMs);
    throw invalidFields([{ in: 'body', path: 'expires_at', message: 'must be in the future' }]);
  }
}

const holderName = (holder: KeyHolder): string =>
  holder.kind === 'sa' ? `The agent ${holder.address}` : `The key of ${holder.name}`;
