/** The cursor did not come from this list. Answer it as a field that is not valid. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
  readonly code = 'INVALID_CURSOR';
  readonly retryable = false;
  constructor() {
    super('cursor: must be the next_cursor of the page before, as it came');
  }
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the list goes on; `null` on the last page. */
  readonly nextCursor: string | null;
}

/** The place of a line in a list that is ordered newest first: the time, then the place in the log. */
export type Place = readonly [at: string, stream: string, sequence: number, part: number];

export const encodeCursor = (place: Place): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** @throws InvalidCursorError */
export const decodeCursor = (cursor: string): Place => {
  const place = parse(Buffer.from(cursor, 'base64url').toString());
  if (!isPlace(place)) throw new InvalidCursorError();
  return place;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const isPlace = (value: unknown): value is Place => {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [at, stream, sequence, part] = value as unknown[];
  const inLog = (stream === 'CONTROL' || stream === 'ACTIVITY') && Number.isSafeInteger(sequence);
  return typeof at === 'string' && isTime(at) && inLog && isSmall(part);
};

const isTime = (text: string): boolean => TIME.test(text) && !Number.isNaN(Date.parse(text));

const isSmall = (part: unknown): boolean =>
  Number.isInteger(part) && (part as number) >= 0 && (part as number) < 2 ** 31;
