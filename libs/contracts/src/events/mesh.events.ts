import { z } from 'zod';
import { Actor, defineEvent, type FactOf } from '../envelope.js';
import { DrillId, GatewayId, NodeId, PublicKey, RegionName, SigningKeyId } from '../names.js';
import { Selector } from '../selector.js';
import { StopMode } from './stop.events.js';

/** Which log this is: random, at least 16 characters. */
export const Incarnation = z.string().min(16).max(100);

/** The first event of the control log. Another incarnation means another log, not a newer one. */
export const LogStarted = defineEvent('LogStarted', z.object({ incarnation: z.string().min(16) }));

/**
 * The log was restored on purpose and may be shorter than what gateways have pinned. It counts once another person has
 * said the same: then `confirms` is the id of the first event.
 */
export const LogRestored = defineEvent(
  'LogRestored',
  z.object({
    old: Incarnation,
    new: Incarnation,
    by: Actor,
    confirms: z.uuid().nullable(),
  }),
);

/** Random: tells the join of this process from one of a forerunner that was stored late. */
const Join = z.string().max(200);
const Silence = z.number().int().nonnegative();

/** A control node counts from when this is read back; its signatures are good from here on. */
export const NodeJoined = defineEvent(
  'NodeJoined',
  z.object({
    node: NodeId,
    /** The name it was given, without the random part of its id. */
    name: z.string().max(63),
    join: Join,
    keyId: SigningKeyId,
    publicKey: PublicKey,
    url: z.string().max(500).nullable(),
  }),
);

/** It stopped answering first, then said so. */
export const NodeLeft = defineEvent('NodeLeft', z.object({ node: NodeId }));

/** Another node has not seen its echo for too long. */
export const NodeRemoved = defineEvent(
  'NodeRemoved',
  z.object({ node: NodeId, silentForMs: Silence }),
);

/** From here on it signs with this key; what it signed before stays good. */
export const NodeKeyRotated = defineEvent(
  'NodeKeyRotated',
  z.object({ node: NodeId, keyId: SigningKeyId, publicKey: PublicKey }),
);

/** A mode that came later than this build is left out, and the join is read all the same. */
const Modes = z
  .array(z.string().max(32))
  .transform((modes) => StopMode.options.filter((mode) => modes.includes(mode)));

/** The modes that gateways of version 1 enforced. */
const MODES_OF_VERSION_1 = ['halt', 'pause', 'quarantine', 'drain'];

/** A gateway counts from when this is read back. Boots are ordered: a lower one is ignored. Version 1 had no key. */
export const GatewayJoined = defineEvent(
  'GatewayJoined',
  z.object({
    gateway: GatewayId,
    region: RegionName,
    boot: z.number().int().positive(),
    url: z.string().max(500).nullable(),
    join: Join,
    /** `null`: it signs nothing, so no receipt of it is ever proof. */
    keyId: SigningKeyId.nullable(),
    publicKey: PublicKey.nullable(),
    /** The stops that it can enforce; without all of them it gets no lease. */
    modes: Modes,
  }),
  2,
  {
    1: (data) => ({
      ...(data as object),
      join: '',
      keyId: null,
      publicKey: null,
      modes: MODES_OF_VERSION_1,
    }),
  },
);

/** It stopped serving first, then said so. */
export const GatewayLeft = defineEvent(
  'GatewayLeft',
  z.object({ gateway: GatewayId, boot: z.number().int().positive() }),
);

/** It was silent for too long; later answers do not wait for it. */
export const GatewayRemoved = defineEvent(
  'GatewayRemoved',
  z.object({ gateway: GatewayId, boot: z.number().int().positive(), silentForMs: Silence }),
);

/** From here on this boot signs with this key; what it signed before stays good. */
export const GatewayKeyRotated = defineEvent(
  'GatewayKeyRotated',
  z.object({
    gateway: GatewayId,
    boot: z.number().int().positive(),
    keyId: SigningKeyId,
    publicKey: PublicKey,
  }),
);

/** A stop was tried out on the real path: everything was done but the refusal. */
export const DrillRun = defineEvent(
  'DrillRun',
  z.object({
    drillId: DrillId,
    selector: Selector,
    gateways: z.array(
      z.object({
        gateway: GatewayId,
        region: RegionName,
        state: z.enum(['acked', 'missing', 'fenced']),
        /** From the command to the gateway's receipt; `null`: none came. */
        appliedAfterMs: z.number().nonnegative().nullable(),
      }),
    ),
  }),
);

export const meshEvents = [
  LogStarted,
  LogRestored,
  NodeJoined,
  NodeLeft,
  NodeRemoved,
  NodeKeyRotated,
  GatewayJoined,
  GatewayLeft,
  GatewayRemoved,
  GatewayKeyRotated,
  DrillRun,
] as const;
export type MeshEvent = FactOf<(typeof meshEvents)[number]>;
