import type { Principal, RouteDefinition } from '#contracts';
import type { Sending } from '#event-store';
import { ApiProblem, type Call, type Recording } from '#platform';
import { actorOf } from '../caller.js';
import type { Gate } from '../gate/gate.js';
import { refuseEnded, type NamedSession } from './session-gate.js';

export type SessionCall = Pick<Call<RouteDefinition>, 'request' | 'reply' | 'traceId'> & {
  readonly principal: Principal;
};

/** The envelope of what a caller writes into a session of this place. */
export const recording = (
  { principal, traceId }: SessionCall,
  { org, workspace }: { readonly org: string; readonly workspace: string },
): Recording => ({ actor: actorOf(principal), org, workspace, correlationId: traceId });

/**
 * Looks at the gate, and at the session where there is one already, in the very turn in which something is written:
 * a stop or a kill that came meanwhile still counts.
 */
export const sendingFor =
  (
    gate: Gate,
    what: string,
    { call, named }: { call: SessionCall; named?: NamedSession },
  ): Sending =>
  (send) => {
    const { principal } = call;
    const parties = principal.kind === 'sa' ? [principal.address] : [];
    const handing = gate.handing(what, call, { asks: gate.asksOf(call), parties });
    if (named !== undefined) refuseEnded(named);
    return gate.handOver(handing, send);
  };

const BYTES_MAX = 65_536;

/** @throws ApiProblem `payload_too_large` that names the field */
export const refuseLarge = (value: unknown, path: string): void => {
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
  if (bytes <= BYTES_MAX) return;
  const detail = `${path} has ${bytes} bytes; at most ${BYTES_MAX} (64 KiB) are taken.`;
  throw new ApiProblem('payload_too_large', detail, {
    details: { fields: [{ in: 'body', path, message: 'is larger than 64 KiB' }] },
  });
};
