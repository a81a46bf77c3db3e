import { z } from 'zod';
import { DrillId, GatewayId, PublicKey, RegionName, SigningKeyId, Timestamp } from '../names.js';
import { Selector } from '../selector.js';
import { ok } from './paging.js';
import { defineRoute } from './route.js';
import { Effective, GatewayAnswer, SelectorInput } from './stop-wire.js';

/** How long the gateways are waited for, milliseconds. @default 2000 */
const DrillTimeout = z.number().int().min(100).max(30_000).default(2000);

/** Milliseconds from the command to the receipt, over the gateways that sent one; `null`: none did. */
export const DrillFigures = z.object({
  p50_ms: z.number().nullable(),
  p99_ms: z.number().nullable(),
  max_ms: z.number().nullable(),
});
export type DrillFigures = z.infer<typeof DrillFigures>;

export const DrillRegion = z.object({
  region: RegionName,
  ...Effective.shape,
  ...DrillFigures.shape,
  /** By name: these would not have stopped in time by word alone. */
  missing: z.array(GatewayId),
});
export type DrillRegion = z.infer<typeof DrillRegion>;

/** What a stop would have done: everything but the refusal took place. */
export const DrillReport = z.object({
  drill_id: DrillId,
  /** `true`: there is a gateway, and every one sent its receipt in time. */
  passed: z.boolean(),
  selector: Selector,
  /** The selector in one line. */
  scope: z.string(),
  ran_at: Timestamp,
  /** How long the answer waited at most. */
  timeout_ms: z.number().int(),
  /** Registered agents that a stop with this selector would hold now. */
  matched: z.number().int(),
  effective: Effective,
  ...DrillFigures.shape,
  regions: z.array(DrillRegion),
  /** `cut` is what a real stop would have ended there. */
  gateways: z.array(GatewayAnswer),
});
export type DrillReport = z.infer<typeof DrillReport>;

export const drillStop = defineRoute({
  id: 'mesh.drills.run',
  method: 'POST',
  path: '/v1/mesh/drills',
  access: { kind: 'operator', permission: 'stop:order' },
  summary: 'Send a TEST order down the real path: every gateway does everything but refuse.',
  axme: false,
  body: z.strictObject({ selector: SelectorInput, timeout_ms: DrillTimeout }),
  response: DrillReport.extend(ok),
});

/** Chosen by whoever asks, so that no answer can have been made before. */
export const ChallengeNonce = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,128}$/, 'must be 8-128 characters of A-Z, a-z, 0-9, "-" and "_"');

/** One gateway's proof that it took a signed TEST order by the push route and did all but refuse. */
export const ChallengeAnswer = z.object({
  gateway: GatewayId,
  region: RegionName,
  boot: z.number().int(),
  /** `proven`: its signature over this nonce is good; `missing`: no word in time; `refused`: a word that proves nothing. */
  state: z.enum(['proven', 'missing', 'refused']),
  /** What is wrong where it is not proven, and what to look at. */
  problem: z.string().nullable(),
  /** As the gateway said it back. */
  nonce: z.string().nullable(),
  /** The text that was signed, in UTF-8, with the nonce in it: with the public key anybody can check the signature. */
  statement: z.string().nullable(),
  signature: z.string().nullable(),
  key_id: SigningKeyId.nullable(),
  public_key: PublicKey.nullable(),
  /** The control log's sequence up to which it had applied everything. */
  position: z.number().int().nullable(),
  /** From the push to the answer, milliseconds. */
  took_ms: z.number().nullable(),
});
export type ChallengeAnswer = z.infer<typeof ChallengeAnswer>;

export const challengeGateways = defineRoute({
  id: 'mesh.challenges.run',
  method: 'POST',
  path: '/v1/mesh/challenges',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'Ask every gateway, over the push route, for a signed proof that it can still halt.',
  axme: false,
  body: z.strictObject({ nonce: ChallengeNonce, timeout_ms: DrillTimeout }),
  response: z.object({
    ...ok,
    nonce: ChallengeNonce,
    asked_at: Timestamp,
    proven: z.number().int(),
    of: z.number().int(),
    gateways: z.array(ChallengeAnswer),
  }),
});

export const drillRoutes = [drillStop, challengeGateways] as const;
