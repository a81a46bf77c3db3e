import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Principal, RouteDefinition } from '#contracts';
import type {
  Answer,
  Idempotency,
  IdempotentRequest,
  Outcome,
} from '../idempotency/idempotency.js';
import { presentedText } from '../identity/authenticate.js';
import { ApiProblem } from './api-problem.js';
import { canonicalJson } from './canonical-json.js';
import { PROBLEM_TYPE, problemAnswer, problemOf } from './problem.js';
import type { AnyCall, Bound } from './route-host.js';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** The request's `Idempotency-Key`; `null` where there is none or the route repeats nothing. */
export const idempotencyKeyOf = (
  route: RouteDefinition,
  request: FastifyRequest,
): string | null => {
  const sent = request.headers['idempotency-key'];
  const repeats = route.method === 'POST' && route.answers !== 'sse' && !route.momentary;
  if (sent === undefined || !repeats) return null;
  if (typeof sent === 'string' && KEY.test(sent)) return sent;
  const detail = 'The header idempotency-key must be 1-255 printable characters without spaces.';
  throw new ApiProblem('malformed_request', detail);
};

interface Once {
  readonly call: AnyCall;
  readonly key: string;
  readonly principal: Principal;
}

/** Runs the handler, or sends what the first request with this key was answered. */
export const answerOnce = async (
  bound: Bound,
  idempotency: Idempotency,
  { call, key, principal }: Once,
): Promise<FastifyReply> => {
  const { request } = call;
  const caller = principal.kind === 'sa' ? principal.address : principal.keyId;
  const same = { params: request.params, query: request.query, body: request.body ?? {} };
  const run = (): Promise<Answer> => capture(bound, call);
  const asked: IdempotentRequest = {
    scope: [caller, bound.route.id, key],
    fingerprint: canonicalJson(same),
    // Only operators' routes hand out tokens; the keys of one agent share its answers.
    sealWith: principal.kind === 'op' ? presentedText(request.headers) : null,
  };
  const outcome = isStop(bound.route)
    ? await stopOnce(idempotency, { asked, run })
    : await idempotency.once(asked, run, worthRemembering);
  return send(call.reply, outcome);
};

interface Asked {
  readonly asked: IdempotentRequest;
  readonly run: () => Promise<Answer>;
}

/**
 * A stop waits for no record of its key: its order's id is made from the key, so a repeat finds the order where there is
 * no answer to be found, and two that ran are one stop.
 */
const stopOnce = (idempotency: Idempotency, { asked, run }: Asked): Promise<Outcome> =>
  idempotency.onceByItself(asked, run, worthRemembering);

/** Whether the route orders stops: nothing holds those up. */
export const isStop = ({ access }: RouteDefinition): boolean =>
  access.kind === 'operator' && access.permission === 'stop:order';

/** The handler's answer as a value. Refusals are answers too; what broke is thrown. */
const capture = async ({ run }: Bound, call: AnyCall): Promise<Answer> => {
  try {
    const body = await run(call);
    const { statusCode } = call.reply;
    const text = body === undefined ? '' : JSON.stringify(body);
    const status = text === '' ? 204 : statusCode;
    return { status, contentType: 'application/json; charset=utf-8', headers: {}, body: text };
  } catch (error) {
    const problem = problemOf(error);
    if (problem.status >= 500) throw error;
    const path = call.request.url.split('?', 1)[0] ?? '/';
    const answer = problemAnswer(problem, { path, traceId: call.traceId });
    return { ...answer, contentType: PROBLEM_TYPE };
  }
};

/** Refusals by a stop, a limit or a credential had no effect and end by themselves, so a retry must be able to pass. */
const worthRemembering = ({ status }: Answer): boolean =>
  status < 500 && status !== 401 && status !== 403 && status !== 429;

const send = (reply: FastifyReply, outcome: Outcome): FastifyReply => {
  if (outcome.kind === 'conflict') {
    throw conflict(outcome.ran);
  }
  if (outcome.kind === 'in_progress') {
    const { retryAfterSeconds } = outcome;
    const detail =
      'The first request with this idempotency key is still running. Try again shortly.';
    const headers = { 'retry-after': String(retryAfterSeconds) };
    throw new ApiProblem('idempotency_in_progress', detail, { headers });
  }
  const { answer } = outcome;
  if (outcome.kind === 'replayed') void reply.header('idempotency-replayed', 'true');
  void reply.code(answer.status).headers(answer.headers);
  return answer.body === '' ? reply.send() : reply.type(answer.contentType).send(answer.body);
};

/** A stop does not wait until it is known whether its key is free: what it did is told. */
const conflict = (ran: Answer | null): ApiProblem => {
  const detail = 'This idempotency key was used for a request with other content. Use a new key.';
  const orderId = ran === null ? undefined : placedBy(ran);
  if (orderId === undefined) return new ApiProblem('idempotency_conflict', detail);
  const stands = `${detail} The stop that was asked for stands all the same, as ${orderId}: lift it if it was not meant.`;
  return new ApiProblem('idempotency_conflict', stands, { details: { order_id: orderId } });
};

const placedBy = ({ status, body }: Answer): string | undefined => {
  if (status >= 300) return undefined;
  const { order, order_id = order?.order_id } = JSON.parse(body) as {
    order?: { order_id?: string };
    order_id?: string;
  };
  return order_id;
};
