import type { IncomingHttpHeaders } from 'node:http';
import { randomHex } from '../identity/entropy.js';

/** How one request is named in answers, logs and traces. */
export interface RequestTrace {
  /** Returned as `x-trace-id`: as the caller spelt it, else the trace id of `traceparent`. */
  readonly traceId: string;
  /** W3C `traceparent`, kept or made. */
  readonly traceparent: string;
}

const HEX = /^[0-9a-f]{32}$/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const PARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;
const ZEROS = /^0+$/;

/** `x-trace-id` is taken as 32 hex digits or a UUID; anything else is as if it were not there. */
export const traceOf = (headers: IncomingHttpHeaders): RequestTrace => {
  const parent = single(headers.traceparent);
  const parentId = traceIdIn(PARENT.exec(parent)?.[1]);
  const given = single(headers['x-trace-id']);
  const givenId = HEX.test(given) || UUID.test(given) ? traceIdIn(plainHex(given)) : null;
  const traceId = givenId === null ? (parentId ?? randomHex(16)) : given;
  if (parentId !== null) return { traceId, traceparent: parent };
  return { traceId, traceparent: `00-${plainHex(traceId)}-${randomHex(8)}-01` };
};

const plainHex = (id: string): string => id.replaceAll('-', '').toLowerCase();

/** W3C: a trace id of zeros is none. */
const traceIdIn = (hex: string | undefined): string | null =>
  hex === undefined || ZEROS.test(hex) ? null : hex;

/** The caller's `x-request-id` where it is plain, else a new one. */
export const requestIdOf = (headers: IncomingHttpHeaders): string => {
  const given = single(headers['x-request-id']);
  return REQUEST_ID.test(given) ? given : `req_${randomHex(12)}`;
};

const single = (value: string | string[] | undefined): string =>
  typeof value === 'string' ? value : '';
