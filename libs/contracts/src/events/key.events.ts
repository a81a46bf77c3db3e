import { z } from 'zod';
import { defineEvent, type FactOf } from '../envelope.js';
import { Address, KeyId, OrgName, Timestamp, WorkspaceName } from '../names.js';
import { Role } from '../principal.js';
import { Reason } from './stop.events.js';

/** Who a key speaks for: a person or service with roles, or one agent. */
export const KeyHolder = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('op'),
    name: z.string().min(1).max(200),
    roles: z.array(Role).min(1),
    /** `true`: roles hold in every org (the people who run the mesh). */
    meshWide: z.boolean(),
  }),
  z.object({ kind: z.literal('sa'), address: Address }),
]);
export type KeyHolder = z.infer<typeof KeyHolder>;

/** A key exists. The log holds a hash of its secret; the secret was shown once. */
export const KeyIssued = defineEvent(
  'KeyIssued',
  z.object({
    keyId: KeyId,
    holder: KeyHolder,
    org: OrgName,
    /** The holder's own workspace: short addresses mean this one. */
    workspace: WorkspaceName,
    /** `true`: an operator key whose roles hold in this workspace alone. */
    workspaceOnly: z.boolean(),
    /** SHA-256 of the secret, 64 hex digits. */
    secretSha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** The last four characters, to tell keys apart in a list. */
    hint: z.string().max(16),
    expiresAt: Timestamp.nullable(),
    createdByNote: z.string().max(200).nullable(),
  }),
);

/** For good: 401 at every gateway from now on. */
export const KeyRevoked = defineEvent(
  'KeyRevoked',
  z.object({ keyId: KeyId, reason: Reason.nullable() }),
);

/** Another key takes its place: this one expires then, so that holders can change over without a gap. */
export const KeyRetired = defineEvent(
  'KeyRetired',
  z.object({ keyId: KeyId, replacedBy: KeyId, expiresAt: Timestamp }),
);

export const keyEvents = [KeyIssued, KeyRevoked, KeyRetired] as const;
export type KeyEvent = FactOf<(typeof keyEvents)[number]>;
