import { z } from 'zod';
import { Address, NodeId, RegionName, SigningKeyId, Timestamp } from '../names.js';
import { GatewayEntry } from './mesh.routes.js';
import { defineRoute } from './route.js';

/** What each finding is about, for programs; the words beside it are for people and may change. */
export const FindingCode = z.enum([
  'log_rolled_back',
  'log_unavailable',
  'disk_not_writable',
  'node_not_member',
  'stops_waiting',
  'events_refused',
  'gateway_missing',
  'gateway_silent',
  'gateway_fenced',
  'canary_old',
  'canary_never',
  'node_silent',
  'node_starting',
  'nodes_few',
  'instance_shared',
  'fence_open',
  'agent_without_cap',
  'cap_without_alert',
  'namespace_without_drill',
]);
export type FindingCode = z.infer<typeof FindingCode>;

/** Something that a person should know, and what they can do about it. */
export const Finding = z.object({
  /**
   * `critical`: a stop may not be proven now; `warning`: it can, but something is not as it should be; `info`: nothing is
   * wrong, and somebody may want to know.
   */
  severity: z.enum(['critical', 'warning', 'info']),
  code: FindingCode,
  /** What is wrong, with the name of the thing. */
  what: z.string(),
  /** The next step. */
  cure: z.string(),
});
export type Finding = z.infer<typeof Finding>;

export const NodeEntry = z.object({
  node: NodeId,
  name: z.string(),
  url: z.string().nullable(),
  /** `starting`: not ready yet, so it proves nothing by time; `silent`: its echo was not seen for more than 3 s. */
  state: z.enum(['ready', 'starting', 'silent']),
  /** `true`: the node that answers. */
  self: z.boolean(),
  joined_at: Timestamp,
  key_id: SigningKeyId,
  /** Since its last echo was read in the log, milliseconds; `null`: none was. */
  echo_age_ms: z.number().nullable(),
  /** Orders on its disk that are not in the log yet; `null`: only the node itself knows. */
  spooled: z.number().int().nullable(),
});
export type NodeEntry = z.infer<typeof NodeEntry>;

/** The last time that the canary of a region was halted and resumed through the real route. */
export const CanaryEntry = z.object({
  state: z.enum(['passed', 'failed']),
  agent: Address,
  at: Timestamp,
  /** From the command to the region's first refusal; `null`: it did not come. */
  halted_after_ms: z.number().nullable(),
  resumed_after_ms: z.number().nullable(),
  /** What failed. */
  problem: z.string().nullable(),
});
export type CanaryEntry = z.infer<typeof CanaryEntry>;

/** Whether a stop would take hold in a region now. */
export const RegionEntry = z.object({
  region: RegionName,
  gateways: z.number().int(),
  /** `true`: every gateway there holds a lease, and the canary was stopped not long ago. */
  armed: z.boolean(),
  /** Since the canary was last halted and resumed there; `null`: never, as far as this node knows. */
  arming_age_seconds: z.number().nullable(),
  canary: CanaryEntry.nullable(),
});
export type RegionEntry = z.infer<typeof RegionEntry>;

export const LogEntryReport = z.object({
  /** `false`: it has no leader or cannot be reached, so nothing is committed and nothing lifted. */
  available: z.boolean(),
  incarnation: z.string().nullable(),
  position: z.number().int(),
  /** The age of the newest proof that this node reads the log to its end, milliseconds; `null`: it has none. */
  age_ms: z.number().nullable(),
});
export type LogEntryReport = z.infer<typeof LogEntryReport>;

export const getDoctor = defineRoute({
  id: 'mesh.doctor',
  method: 'GET',
  path: '/v1/mesh/doctor',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'Whether the mesh could prove a stop now: nodes, gateways, regions, and every problem.',
  axme: false,
  response: z.object({
    /** `false`: at least one problem is critical. */
    ok: z.boolean(),
    checked_at: Timestamp,
    /** Critical ones first. */
    problems: z.array(Finding),
    log: LogEntryReport,
    nodes: z.array(NodeEntry),
    gateways: z.array(GatewayEntry),
    regions: z.array(RegionEntry),
  }),
});
