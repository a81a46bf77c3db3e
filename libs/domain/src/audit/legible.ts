import type { JsonObject } from '#contracts';

/** Text that no database can hold: NUL and halves of surrogate pairs. Each becomes U+FFFD, and the rest stays. */
const ILLEGIBLE = /[\0\p{Cs}]/gu;

/** The same text, fit for a table. One strange character in a reason must not stop the audit. */
export const legible = (text: string): string => text.replace(ILLEGIBLE, '\ufffd');

export const legibleOrNull = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : legible(text);

type Json = JsonObject[string];

const legibleJson = (value: Json): Json => {
  if (typeof value === 'string') return legible(value);
  if (Array.isArray(value)) return value.map(legibleJson);
  return value !== null && typeof value === 'object' ? legibleObject(value as JsonObject) : value;
};

const legibleObject = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).map(([key, held]) => [legible(key), legibleJson(held)]));

/** An event's data as the audit shows it. What was `undefined` is left out. */
export const legibleDetails = (data: object): JsonObject =>
  legibleObject(
    Object.fromEntries(
      Object.entries(data).filter(([, value]) => value !== undefined),
    ) as JsonObject,
  );
