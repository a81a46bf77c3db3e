/** Every number of the protocol. Milliseconds unless the name says otherwise; `docs` and simulation use these alone. */

/** How long a proof lasts: `L`. */
export const LEASE_MS = 750;
/** A gateway stops admitting so long before `L` is over. */
export const SLACK_MS = 50;
export const RENEWAL_EVERY_MS = 150;
export const ECHO_EVERY_MS = 100;
/** `ρ`: by so much, at most, a clock runs fast or slow (parts of one). */
export const CLOCK_RATE_ERROR = 0.0005;
/** `E`: a node that has seen no echo of its own for so long takes part in no proof. */
export const ECHO_HORIZON_MS = 60_000;
/** After so long a silence a gateway or node is removed, so that later stops do not wait for the dead. */
export const DEAD_AFTER_MS = 30_000;
/** Monotonic and wall clock may differ by so much over one interval; more means that one of them stood still. */
export const CLOCK_DISAGREEMENT_MAX_MS = 20;
/** An answer to a renewal carries at most so many bytes of events; the rest follows. */
export const ANSWER_BYTES_MAX = 256 * 1024;
/** Who has seen an order uncommitted for so long appends it, whoever issued it. */
export const UNCOMMITTED_AFTER_MS = 5_000;
/** A push older than this is ignored. */
export const PUSH_AGE_MAX_MS = 600_000;
/** The ids of lifted orders are remembered for so long. */
export const LIFTED_KEPT_MS = 3_600_000;
/** A member without any proof for so long reads the log again from its first event: it may be another log by now. */
export const UNPROVEN_AFTER_MS = 10_000;
/** An append that was not answered is tried again after this. */
export const RETRY_AFTER_MS = 500;

/** What a node waits on its own clock before it calls a silent gateway fenced: `L(1+ρ)`. */
export const FENCED_AFTER_MS = LEASE_MS * (1 + CLOCK_RATE_ERROR);
/** A node whose join nobody acknowledged is ready after this: `1.01·E + 100 ms`. */
export const READY_AFTER_MS = 1.01 * ECHO_HORIZON_MS + 100;
/** A gateway admits while its state is at most this old. */
export const ADMIT_WITHIN_MS = LEASE_MS - SLACK_MS;
