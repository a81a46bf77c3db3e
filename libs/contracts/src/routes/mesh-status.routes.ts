import { z } from 'zod';
import { RegionName, Timestamp } from '../names.js';
import { FindingCode, LogEntryReport } from './doctor.routes.js';
import { defineRoute } from './route.js';

/** A finding of the doctor that speaks against the mesh. */
export const StatusProblem = z.object({
  severity: z.enum(['critical', 'warning']),
  code: FindingCode,
  /** What is wrong, with the name of the thing. */
  message: z.string(),
  /** The next step. */
  cure: z.string(),
});
export type StatusProblem = z.infer<typeof StatusProblem>;

export const RegionStatus = z.object({
  region: RegionName,
  gateways: z.number().int(),
  /** Of these, without a lease by their own word: they admit nothing. */
  fenced: z.number().int(),
  /** Since the canary was last halted and resumed there; `null`: never, as far as this node knows. */
  arming_age_seconds: z.number().nullable(),
  /** `true`: every gateway there holds a lease, and the canary was stopped not long ago. */
  armed: z.boolean(),
});
export type RegionStatus = z.infer<typeof RegionStatus>;

export const getMeshStatus = defineRoute({
  id: 'mesh.status',
  method: 'GET',
  path: '/v1/mesh/status',
  access: { kind: 'operator', permission: 'mesh:read' },
  summary: 'The mesh as one colour, with the problems behind it: what the doctor finds, in short.',
  axme: false,
  response: z.object({
    /** `false`: the status is red. */
    ok: z.boolean(),
    /**
     * `red`: at least one problem is critical, as where the canary of a region is old; `yellow`: there are warnings, or a region
     * is not armed; `green`: neither.
     */
    status: z.enum(['green', 'yellow', 'red']),
    checked_at: Timestamp,
    /** Critical ones first. */
    problems: z.array(StatusProblem),
    regions: z.array(RegionStatus),
    /** Orders that stand, of those that the caller may see; no canaries. */
    stops: z.object({ standing: z.number().int() }),
    log: LogEntryReport,
  }),
});
