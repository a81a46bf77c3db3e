import { z } from 'zod';
import { invalidFields } from './field-errors.js';

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; `null` on the last. */
  readonly next_cursor: string | null;
}

export interface PageRequest<T> {
  readonly limit: number;
  /** `next_cursor` of the page before. */
  readonly cursor?: string | null | undefined;
  /** Names an item, so that a page goes on behind the last one shown even when others came or went before it. */
  readonly keyOf?: (item: T) => string;
}

const Cursor = z.tuple([z.number().int().nonnegative(), z.string().nullable()]);

/** One page of a list that is at hand as a whole. @throws ApiProblem `invalid_field` for a cursor that is none */
export const pageOf = <T>(items: readonly T[], request: PageRequest<T>): Page<T> => {
  const from = startOf(items, request);
  const page = items.slice(from, from + request.limit);
  const end = from + page.length;
  const last = page.at(-1);
  if (end >= items.length || last === undefined) return { items: page, next_cursor: null };
  return { items: page, next_cursor: encode(end, request.keyOf?.(last) ?? null) };
};

const startOf = <T>(items: readonly T[], { cursor, keyOf }: PageRequest<T>): number => {
  if (cursor === null || cursor === undefined) return 0;
  const [offset, key] = decode(cursor);
  if (key === null || !keyOf) return offset;
  const at = items.findIndex((item) => keyOf(item) === key);
  return at < 0 ? offset : at + 1;
};

const encode = (offset: number, key: string | null): string =>
  Buffer.from(JSON.stringify([offset, key])).toString('base64url');

const decode = (cursor: string): z.infer<typeof Cursor> => {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    const message = 'must be the next_cursor of the page before';
    throw invalidFields([{ in: 'query', path: 'cursor', message }]);
  }
};
