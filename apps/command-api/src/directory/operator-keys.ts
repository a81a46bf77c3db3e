import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { createKey, KeyEntry, KeyId, listKeys, revokeKey, WorkspaceName } from '#contracts';
import { permissionsOf, type KeyRecord } from '#domain';
import { ApiProblem, canSee, invalidFields, pageOf } from '#platform';
import { Control } from '../control/control.js';
import { requireReach, type Caller, type Operator } from '../control/operator.js';
import { spreadOf } from '../control/wait-for-gateways.js';
import { anyKeyEntry } from './directory-entries.js';
import { scopeOf } from './directory-scope.js';
import { KeyCommands } from './key-commands.js';

type CreateBody = z.infer<typeof createKey.body>;
export type CreatedKey = z.infer<typeof createKey.response>;
export type ListedKeys = z.infer<typeof listKeys.response>;
export type RevokedKey = z.infer<typeof revokeKey.response>;

/** Keys of people and services, and the list of all keys. Nobody can give away more than it has. */
@Injectable()
export class OperatorKeys {
  constructor(
    private readonly control: Control,
    private readonly keys: KeyCommands,
  ) {}

  async create(caller: Caller, body: CreateBody): Promise<CreatedKey> {
    await this.control.barrier();
    const { org_id: org, roles, name, mesh_wide: meshWide } = body;
    requireReach(caller.principal, org, body.workspace_id ?? null);
    requireNoMore(caller.principal, body);
    const { keyId, token, sequence } = await this.keys.issue(caller, {
      holder: { kind: 'op', name, roles, meshWide },
      org,
      workspace: this.workspaceFor(caller.principal, body),
      workspaceOnly: (body.workspace_id ?? null) !== null,
      expiresAt: body.expires_at ?? null,
      createdByNote: null,
      agentRevoked: false,
    });
    const spread = await spreadOf(this.control, sequence);
    return { ok: true, key: { ...this.entry(this.keys.issued(keyId)), token }, ...spread };
  }

  async list({ principal }: Caller, query: z.infer<typeof listKeys.query>): Promise<ListedKeys> {
    await this.control.barrier();
    const { limit, cursor, kind } = query;
    const scope = scopeOf(principal, query);
    const all = scope === null ? [] : [...this.control.view.keys(scope.org)];
    const keys = all
      .filter((key) => scope?.workspace === undefined || key.workspace === scope.workspace)
      .filter((key) => seesKey(principal, key))
      .filter((key) => kind === undefined || key.holder.kind === kind);
    const page = pageOf(keys, { limit, cursor, keyOf: ({ keyId }) => keyId });
    return {
      ok: true,
      keys: page.items.map((key) => this.entry(key)),
      next_cursor: page.next_cursor,
    };
  }

  async revoke(caller: Caller, id: string, reason: string | null): Promise<RevokedKey> {
    await this.control.barrier();
    const key = this.control.view.key(id as KeyId);
    if (!key || !seesKey(caller.principal, key)) {
      throw new ApiProblem('not_found', `There is no key ${id.slice(0, 63)} here.`);
    }
    requireOver(caller.principal, key);
    const { changed, sequence } = await this.keys.revoke(caller, key, reason);
    const spread = await spreadOf(this.control, sequence);
    return { ok: true, changed, key: this.entry(this.keys.issued(key.keyId)), ...spread };
  }

  /** What short addresses mean to the key. */
  private workspaceFor(
    principal: Operator,
    { org_id: org, workspace_id }: CreateBody,
  ): WorkspaceName {
    const { view } = this.control;
    if (workspace_id) {
      if (view.workspace(org, workspace_id) !== null) return workspace_id;
      throw new ApiProblem('not_found', `There is no workspace ${org}/${workspace_id} here.`);
    }
    if (org === principal.org) return principal.workspace;
    if (view.organization(org) === null)
      throw new ApiProblem('not_found', `There is no org ${org} here.`);
    const [first] = view.workspaces(org);
    if (first) return first.workspace;
    const message = `is an org without a workspace; create one first`;
    throw invalidFields([{ in: 'body', path: 'org_id', message }]);
  }

  private entry(key: KeyRecord): KeyEntry {
    return anyKeyEntry(this.control.view, key, this.control.parts.clock.nowMs());
  }
}

const isMeshWide = ({ holder }: KeyRecord): boolean => holder.kind === 'op' && holder.meshWide;

/** The keys of the people who run the mesh are theirs alone, wherever they are at home. */
const seesKey = (principal: Operator, key: KeyRecord): boolean => {
  if (isMeshWide(key) && !principal.meshWide) return false;
  const narrow = key.workspaceOnly || key.holder.kind === 'sa';
  return canSee(principal, key.org, narrow ? key.workspace : null);
};

const requireNoMore = (principal: Operator, { roles, mesh_wide }: CreateBody): void => {
  if (mesh_wide && !(principal.meshWide && principal.roles.includes('admin'))) {
    throw new ApiProblem(
      'forbidden',
      'Only a mesh-wide admin can issue a key that reaches every org.',
    );
  }
  const more = [...permissionsOf(roles, mesh_wide)].filter(
    (one) => !principal.permissions.has(one),
  );
  if (more.length === 0) return;
  const detail = `A key cannot give what it does not have: ${more.join(', ')}.`;
  throw new ApiProblem('forbidden', detail, { details: { permissions: more } });
};

/** Who may do less than a key cannot revoke it: a platform key does not lock an admin out. */
const requireOver = (principal: Operator, { holder }: KeyRecord): void => {
  if (holder.kind === 'sa') return;
  const more = [...permissionsOf(holder.roles, holder.meshWide)].filter(
    (one) => !principal.permissions.has(one),
  );
  if (more.length === 0) return;
  const detail = `This key may do more than yours (${more.join(', ')}), so yours cannot revoke it.`;
  throw new ApiProblem('forbidden', detail, { details: { permissions: more } });
};
