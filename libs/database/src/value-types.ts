import pg from 'pg';

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/**
 * Every int8 of ours is at most 2^53 - 1, so it is read as a number; one that is not fails loudly instead of losing its
 * last digits.
 */
const readInt8 = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is beyond 2^53 - 1`);
  return value;
};

const readTime = (text: string): string => new Date(text).toISOString();

const readers: Readonly<Record<number, (text: string) => unknown>> = {
  [INT8]: readInt8,
  [TIMESTAMPTZ]: readTime,
};

/** How values come out of the database: int8 as number, timestamptz as RFC 3339 text, UTC, milliseconds. */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: string) =>
    (format === 'binary' ? undefined : readers[oid]) ??
    (pg.types.getTypeParser as (oid: number, format?: string) => (text: string) => unknown)(
      oid,
      format,
    ),
};
