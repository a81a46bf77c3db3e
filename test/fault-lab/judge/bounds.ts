import { CLOCK_RATE_ERROR, LEASE_MS, SLACK_MS } from '#domain';

/** `X`: so much later than its commit an order may still be unknown at a gateway that the mesh has lost. */
export const RELAXED_MS = LEASE_MS * (1 + CLOCK_RATE_ERROR) + SLACK_MS;
/** After a fault heals: consistent and serving within so much, with no operator action. */
export const HEALED_MS = 2000;
/** An order is in force so soon on every gateway that can be reached. */
export const EFFECTIVE_MS = 250;
