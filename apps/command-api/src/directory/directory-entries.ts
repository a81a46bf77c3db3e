import type { DirectoryAgent, KeyEntry, ServiceAccount, ServiceAccountKey } from '#contracts';
import type { AgentRecord, ControlView, KeyRecord } from '#domain';

/** `suspended` while a stop holds the whole agent. */
const statusOf = <R>(
  view: ControlView,
  record: AgentRecord,
  { revoked, nowMs }: { revoked: R; nowMs: number },
): 'active' | 'suspended' | R => {
  if (record.revoked) return revoked;
  return view.strictestHold(record.address, null, nowMs) === null ? 'active' : 'suspended';
};

export const serviceAccount = (
  view: ControlView,
  record: AgentRecord,
  nowMs: number,
): ServiceAccount => ({
  service_account_id: record.serviceAccountId,
  org_id: record.org,
  workspace_id: record.workspace,
  name: record.name,
  description: record.description,
  status: statusOf(view, record, { revoked: 'revoked' as const, nowMs }),
  created_by_actor_id: record.createdByNote,
  created_at: record.createdAt,
  updated_at: record.updatedAt,
  agent_address: record.address,
});

export const directoryAgent = (
  view: ControlView,
  record: AgentRecord,
  nowMs: number,
): DirectoryAgent => ({
  address: record.address,
  address_id: record.addressId,
  service_account_id: record.serviceAccountId,
  service_account_name: record.name,
  display_name: record.displayName ?? record.name,
  status: statusOf(view, record, { revoked: 'deleted' as const, nowMs }),
  created_at: record.createdAt,
});

const keyStatus = (key: KeyRecord, agentRevoked: boolean, nowMs: number): KeyEntry['status'] => {
  if (key.revokedAt !== null || agentRevoked) return 'revoked';
  return key.expiresAtMs !== null && nowMs >= key.expiresAtMs ? 'expired' : 'active';
};

/** An agent's key, without its secret. */
export const keyEntry = (key: KeyRecord, agent: AgentRecord, nowMs: number): ServiceAccountKey => ({
  key_id: key.keyId,
  service_account_id: agent.serviceAccountId,
  key_hint: key.hint,
  status: keyStatus(key, agent.revoked, nowMs),
  created_by_actor_id: key.createdByNote,
  created_at: key.createdAt,
  expires_at: key.expiresAt,
  revoked_at: key.revokedAt,
});

/** Any key, without its secret. */
export const anyKeyEntry = (view: ControlView, key: KeyRecord, nowMs: number): KeyEntry => {
  const { holder } = key;
  const agent = holder.kind === 'sa' ? view.agent(holder.address) : null;
  return {
    key_id: key.keyId,
    org_id: key.org,
    workspace_id: key.workspaceOnly || holder.kind === 'sa' ? key.workspace : null,
    ...holderEntry(holder, agent),
    key_hint: key.hint,
    status: keyStatus(key, agent?.revoked ?? false, nowMs),
    created_at: key.createdAt,
    expires_at: key.expiresAt,
    revoked_at: key.revokedAt,
  };
};

type HolderEntry = Pick<KeyEntry, 'kind' | 'name' | 'roles' | 'mesh_wide' | 'agent_address'>;

const holderEntry = (holder: KeyRecord['holder'], agent: AgentRecord | null): HolderEntry => {
  if (holder.kind === 'sa') {
    const { kind, address } = holder;
    const name = agent?.name ?? address;
    return { kind, name, roles: [], mesh_wide: false, agent_address: address };
  }
  const { kind, name, roles, meshWide } = holder;
  return { kind, name, roles: [...roles], mesh_wide: meshWide, agent_address: null };
};
