import type { JsonObject } from '#contracts';

/** Text that no database can hold: NUL and halves of surrogate pairs. Each becomes U+FFFD, and the rest stays. */
const ILLEGIBLE = /[\0\p{Cs}]/gu;
/** Quick to find; whole pairs are among them, which are legible after all. */
const SUSPECT = /[\0\ud800-\udfff]/;

/** The same text, fit for a table. One strange character in a reason must not stop the audit. */
export const legible = (text: string): string =>
  isLegible(text) ? text : text.replace(ILLEGIBLE, '\ufffd');

const isLegible = (text: string): boolean => !SUSPECT.test(text);

export const legibleOrNull = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : legible(text);

type Json = JsonObject[string];

/** Nearly everything is legible, and stays the object that it is. */
const isLegibleJson = (value: Json | undefined): boolean => {
  if (typeof value === 'string') return isLegible(value);
  if (value === null || typeof value !== 'object') return value !== undefined;
  for (const key in value) {
    if (!isLegible(key) || !isLegibleJson((value as JsonObject)[key])) return false;
  }
  return true;
};

const legibleJson = (value: Json): Json => {
  if (typeof value === 'string') return legible(value);
  if (Array.isArray(value)) return value.map(legibleJson);
  return value !== null && typeof value === 'object' ? legibleObject(value as JsonObject) : value;
};

const legibleObject = (value: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, held]) => held !== undefined)
      .map(([key, held]) => [legible(key), legibleJson(held)]),
  );

/** An event's data as the audit shows it. What was `undefined` is left out. */
export const legibleDetails = (data: object): JsonObject =>
  isLegibleJson(data as JsonObject) ? (data as JsonObject) : legibleObject(data as JsonObject);
