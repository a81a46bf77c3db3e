import { z } from 'zod';

/** What can be asked of the audit projector on `live.projector`, as JSON. */
export const ProjectorRequest = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('status') }),
  z.strictObject({
    op: z.literal('rebuild'),
    /** Go on though the activity log has forgotten its beginning: what was projected of that is then lost. */
    accept_loss: z.boolean().default(false),
  }),
]);
export type ProjectorRequest = z.infer<typeof ProjectorRequest>;

const Positions = z.record(z.string(), z.number().int().nonnegative());

/** How the projection of one log stands. */
export const ProjectionStatus = z.object({
  stream: z.string(),
  /** `stopped`: it met what it may not skip, and waits for a newer build or a rebuild. */
  state: z.enum(['starting', 'following', 'retrying', 'stopped', 'ended']),
  /** Everything up to here is in the tables. */
  position: z.number().int().nonnegative(),
  /** Events in the log beyond that; `null` while the log cannot be asked. */
  behind: z.number().int().nonnegative().nullable(),
  /** What keeps it, for people. */
  problem: z.string().nullable(),
});
export type ProjectionStatus = z.infer<typeof ProjectionStatus>;

export const ProjectorStatus = z.object({
  ok: z.literal(true),
  streams: z.array(ProjectionStatus),
  rebuilding: z.boolean(),
});
export type ProjectorStatus = z.infer<typeof ProjectorStatus>;

export const RebuiltTable = z.object({
  name: z.string(),
  rows: z.number().int().nonnegative(),
  /** `rows:hash` of the content before and after. */
  before: z.string(),
  after: z.string(),
});

export const RebuildReport = z.object({
  ok: z.literal(true),
  /** Every table has the content it had. */
  identical: z.boolean(),
  tables: z.array(RebuiltTable),
  /** Where the new tables stand in each log. */
  positions: Positions,
  events: z.number().int().nonnegative(),
  seconds: z.number().nonnegative(),
});
export type RebuildReport = z.infer<typeof RebuildReport>;

export const ProjectorFailure = z.object({
  ok: z.literal(false),
  error: z.object({
    code: z.enum(['invalid_request', 'rebuild_running', 'log_truncated', 'rebuild_failed']),
    message: z.string(),
  }),
});
export type ProjectorFailure = z.infer<typeof ProjectorFailure>;

export const ProjectorAnswer = z.union([ProjectorStatus, RebuildReport, ProjectorFailure]);
export type ProjectorAnswer = z.infer<typeof ProjectorAnswer>;
