import { z } from 'zod';

/**
 * The one accepted spelling of every name. A name part is 1–63 of `a-z 0-9 - _` that begins and ends with a letter or
 * digit, so it is safe as a NATS subject token (no `.`, `*`, `>`, space, upper case or look-alike letter can pass) and
 * nothing is ever corrected in silence.
 */
const PART = '[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?';
const PART_RULE =
  'must be 1-63 characters of a-z, 0-9, "-" and "_", beginning and ending with a letter or digit';

export const NamePart = z.string().regex(new RegExp(`^${PART}$`), PART_RULE);

const RESERVED_ORG = 'mesh';
const RESERVED = '"mesh" is reserved';

/** `mesh` is the subject token of mesh-wide facts, so no tenant may carry it. */
export const OrgName = NamePart.refine(
  (name) => name !== RESERVED_ORG,
  RESERVED,
).brand<'OrgName'>();
export type OrgName = z.infer<typeof OrgName>;

export const WorkspaceName = NamePart.brand<'WorkspaceName'>();
export type WorkspaceName = z.infer<typeof WorkspaceName>;

const ADDRESS = new RegExp(`^agent://(${PART})/(${PART})/(${PART})$`);
const QUEUE = new RegExp(`^queue://(${PART})/(${PART})/(${PART})$`);
const ofTenant = (text: string): boolean => text.split('/', 3)[2] !== RESERVED_ORG;

/** An agent's address, `agent://org/workspace/name`. */
export const Address = z
  .string()
  .regex(ADDRESS, `must be agent://org/workspace/name, where each part ${PART_RULE}`)
  .refine(ofTenant, RESERVED)
  .brand<'Address'>();
export type Address = z.infer<typeof Address>;

/** A shared queue's address, `queue://org/workspace/name`. */
export const QueueAddress = z
  .string()
  .regex(QUEUE, `must be queue://org/workspace/name, where each part ${PART_RULE}`)
  .refine(ofTenant, RESERVED)
  .brand<'QueueAddress'>();
export type QueueAddress = z.infer<typeof QueueAddress>;

/** Where an intent can be sent: one agent, or a queue that several agents share. */
export type Destination = Address | QueueAddress;

export interface AddressParts {
  readonly kind: 'agent' | 'queue';
  readonly org: OrgName;
  readonly workspace: WorkspaceName;
  readonly name: string;
}

/** `null` for anything but the canonical spelling. */
export const parseDestination = (text: string): AddressParts | null => {
  const agent = ADDRESS.exec(text);
  const match = agent ?? QUEUE.exec(text);
  if (match === null || match[1] === RESERVED_ORG) return null;
  return {
    kind: agent ? 'agent' : 'queue',
    org: match[1] as OrgName,
    workspace: match[2] as WorkspaceName,
    name: match[3] as string,
  };
};

/** Like {@link parseDestination}, for a value that the type system already knows to be an address. */
export const partsOf = (address: Destination): AddressParts => {
  const parts = parseDestination(address);
  if (parts === null) throw new Error(`not a canonical address: ${address}`);
  return parts;
};

export const agentAddress = (org: string, workspace: string, name: string): Address =>
  Address.parse(`agent://${org}/${workspace}/${name}`);

const SHORT = new RegExp(`^(agent|queue)://(${PART})/(${PART})$`);

/**
 * Expands the short form `agent://org/name` to the caller's own workspace. Full forms pass unchanged; anything else is
 * returned as it came, to be refused by the schema with its own message.
 */
export const expandAddress = (text: string, workspace: string): string => {
  const match = SHORT.exec(text);
  return match ? `${match[1]}://${match[2]}/${workspace}/${match[3]}` : text;
};

/** `addr_` and 20 base32 characters of SHA-256(address): it exists before the agent is registered. */
export const AddressId = z
  .string()
  .regex(/^addr_[a-z2-7]{20}$/, 'must be "addr_" and 20 characters of a-z and 2-7')
  .brand<'AddressId'>();
export type AddressId = z.infer<typeof AddressId>;

/** The same 20 characters as the agent's address id: a service account is one agent's identity. */
export const ServiceAccountId = z
  .string()
  .regex(/^sa_[a-z2-7]{20}$/, 'must be "sa_" and 20 characters of a-z and 2-7')
  .brand<'ServiceAccountId'>();
export type ServiceAccountId = z.infer<typeof ServiceAccountId>;

export const KeyId = z
  .string()
  .regex(/^[a-z0-9]{16}$/, 'must be 16 characters of a-z and 0-9')
  .brand<'KeyId'>();
export type KeyId = z.infer<typeof KeyId>;

export const StopOrderId = z
  .string()
  .regex(/^stop_[a-z2-7]{20}$/, 'must be "stop_" and 20 characters of a-z and 2-7')
  .brand<'StopOrderId'>();
export type StopOrderId = z.infer<typeof StopOrderId>;

export const IntentId = z.uuid().lowercase().brand<'IntentId'>();
export type IntentId = z.infer<typeof IntentId>;

/** A label an operator puts on agents; a selector matches it exactly. */
export const Tag = NamePart.brand<'Tag'>();
export type Tag = z.infer<typeof Tag>;

/** A region or gateway name: it becomes a subject token. */
export const RegionName = NamePart.brand<'RegionName'>();
export type RegionName = z.infer<typeof RegionName>;
export const GatewayId = NamePart.brand<'GatewayId'>();
export type GatewayId = z.infer<typeof GatewayId>;

/** A control node: its name and eight random characters, kept with its key and its spool. */
export const NodeId = NamePart.brand<'NodeId'>();
export type NodeId = z.infer<typeof NodeId>;

/** One run of a drill. */
export const DrillId = z
  .string()
  .regex(/^drill_[a-z2-7]{20}$/, 'must be "drill_" and 20 characters of a-z and 2-7')
  .brand<'DrillId'>();
export type DrillId = z.infer<typeof DrillId>;

/** Which key made a signature `{key id}.{base64url}`; it may hold no dot. */
export const SigningKeyId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,63}$/, 'must be 1-63 characters of A-Z, a-z, 0-9, "-" and "_"');
/** An Ed25519 public key: 32 bytes in base64url. */
export const PublicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url');

/** RFC 3339, UTC, milliseconds: `2026-01-31T03:00:00.000Z`. */
export const Timestamp = z.iso.datetime({ precision: 3 });
export type Timestamp = z.infer<typeof Timestamp>;
