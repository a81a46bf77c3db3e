import { listAudit, projectionStatus, rebuildAudit } from '#contracts';
import type { BodyOf, Caller } from './http/caller.js';
import type { CallOptions } from './http/transport.js';

export interface AuditQuery {
  readonly limit?: number;
  readonly cursor?: string;
  readonly type?: string;
  readonly address?: string;
  readonly order_id?: string;
  readonly actor_id?: string;
  readonly from?: string;
  readonly to?: string;
  /** Also every single refusal, a quarter of a second each. */
  readonly include?: 'refusals';
}

/** How long the answer of a rebuild may take, in milliseconds. */
const REBUILD_TIMEOUT_MS = 60_000;

/** Who did what, when and why. */
export class AuditApi {
  constructor(private readonly caller: Caller) {}

  /** Newest first. */
  list(query: AuditQuery = {}, options?: CallOptions) {
    return this.caller.call(listAudit, { query: { ...query } }, options);
  }

  /** How far the read model has followed the logs, and whether it is being rebuilt. */
  projection(options?: CallOptions) {
    return this.caller.call(projectionStatus, {}, options);
  }

  /**
   * Replays the logs into a new read model. Traffic and stops go on meanwhile. Where it takes longer than the answer waits,
   * that is `rebuilding: true`, and {@link projection} tells when it is done.
   */
  rebuild(body: BodyOf<typeof rebuildAudit> = {}, options: CallOptions = {}) {
    return this.caller.call(
      rebuildAudit,
      { body },
      { attemptTimeoutMs: REBUILD_TIMEOUT_MS, ...options },
    );
  }
}
