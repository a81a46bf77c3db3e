/** What a history is about, as its scenario has laid it out. */
export interface Plan {
  /** Then everything is healed. */
  readonly faultsEndMs: number;
  /** So long after it all is well: I5. A restore is the exception, it has its own bound. */
  readonly wellAfterMs?: number;
  /** So long after it whatever was ordered is in the log: I2. */
  readonly keptAfterMs?: number;
  /** The log is not what it was, and nobody has said that it may be: all stay closed. */
  readonly isClosed?: boolean;
}
