import { listAudit, rebuildAudit } from '#contracts';
import type { Caller } from './http/caller.js';
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
}

/** A rebuild replays the whole log; this is how long its answer may take, in milliseconds. */
const REBUILD_TIMEOUT_MS = 600_000;

/** Who did what, when and why. */
export class AuditApi {
  constructor(private readonly caller: Caller) {}

  /** Newest first. */
  list(query: AuditQuery = {}, options?: CallOptions) {
    return this.caller.call(listAudit, { query: { ...query } }, options);
  }

  /** Drops the read model and replays the logs into it. Traffic and stops go on meanwhile. */
  rebuild(options: CallOptions = {}) {
    return this.caller.call(
      rebuildAudit,
      { body: {} },
      { attemptTimeoutMs: REBUILD_TIMEOUT_MS, ...options },
    );
  }
}
