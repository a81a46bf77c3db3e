import { z } from 'zod';

/** How many entries a list answers at most. @default 100 */
export const Limit = z.coerce.number().int().min(1).max(1000).default(100);

/** Where the list goes on: `next_cursor` of the page before, sent back as it came. */
export const Cursor = z.string().min(1).max(500);

export const paging = { limit: Limit, cursor: Cursor.optional() };

/** `null` on the last page. */
export const nextCursor = { next_cursor: z.string().nullable() };

/** `true`: the read model is away, and the answer comes from the control log alone. */
export const stale = { stale: z.boolean().optional() };

export const ok = { ok: z.literal(true) };

/** Any RFC 3339 time; the answer gives it back as UTC with milliseconds. */
export const Moment = z.iso.datetime({ offset: true });
