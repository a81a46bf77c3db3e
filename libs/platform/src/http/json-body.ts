import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiProblem } from './api-problem.js';

export const BODY_BYTES_MAX = 1_048_576;
const DEPTH_MAX = 64;
const PLAIN_TYPE = 'application/json';
const JSON_TYPE = /^application\/(?:json|[a-z0-9.!#$&^_-]+\+json)$/;

/**
 * The body as JSON; `undefined` for no bytes, whatever the content type says. Refuses other media types, charsets and
 * encodings (415), and what is not UTF-8, not JSON or nested too deep (400). Keys named `__proto__` are dropped, so that
 * nothing later can trip over them.
 */
export const readJsonBody = (headers: IncomingHttpHeaders, bytes: Buffer): unknown => {
  if (bytes.length === 0) return undefined;
  refuseOtherTypes(headers);
  if (!isUtf8(bytes)) throw new ApiProblem('malformed_request', 'The body is not valid UTF-8.');
  const text = bytes.toString('utf8');
  const value = parse(text);
  if (mayNeedCleaning(text)) clean(value, 1);
  return value;
};

/** Each level takes two characters at least; a name can be written with escapes. */
const mayNeedCleaning = (text: string): boolean =>
  text.length >= 2 * DEPTH_MAX || text.includes('__proto__') || text.includes('\\');

const refuseOtherTypes = (headers: IncomingHttpHeaders): void => {
  if (headers['content-type'] !== PLAIN_TYPE) refuseOtherMediaTypes(headers);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new ApiProblem('unsupported_media_type', 'Send the body without content-encoding.');
  }
};

const refuseOtherMediaTypes = (headers: IncomingHttpHeaders): void => {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  if (!JSON_TYPE.test(type.trim())) {
    const detail = 'Send the body as "content-type: application/json".';
    throw new ApiProblem('unsupported_media_type', detail);
  }
  const charset = parameters.map((text) => text.trim()).find((text) => text.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new ApiProblem(
      'unsupported_media_type',
      'The body must be UTF-8; no other charset is read.',
    );
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiProblem('malformed_request', 'The body is not valid JSON.');
  }
};

/** Refuses what is nested too deep, and drops keys named `__proto__`. @throws ApiProblem `malformed_request` */
export const refuseDepth = (value: unknown): void => clean(value, 1);

const clean = (value: unknown, depth: number): void => {
  if (typeof value !== 'object' || value === null) return;
  if (depth > DEPTH_MAX) {
    const detail = `The body is nested deeper than ${DEPTH_MAX} levels.`;
    throw new ApiProblem('malformed_request', detail);
  }
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
  for (const inner of Object.values(value)) clean(inner, depth + 1);
};
