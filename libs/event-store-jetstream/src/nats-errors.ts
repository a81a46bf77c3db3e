import {
  ClosedConnectionError,
  ConnectionError,
  DrainingConnectionError,
  NoRespondersError,
  PermissionViolationError,
  RequestError,
  TimeoutError,
} from '@nats-io/transport-node';
import { LogRefusedError, LogUnavailableError, WrongSequenceError } from '#event-store';

/** How the JetStream API says no. */
export interface ApiError {
  readonly code: number;
  readonly err_code?: number;
  readonly description?: string;
}

/** Another event came first (with and without the number that the server has). */
const WRONG_SEQUENCE = new Set([10071, 10164]);
/** A batch holds a message id that the stream has seen already. */
export const DUPLICATE_IN_BATCH = 10201;
/** The server kept too many batches at once and dropped the beginning of this one; nothing of it is stored. */
const BATCH_INCOMPLETE = 10176;
/** No such stream, consumer or message. */
const NOT_FOUND = new Set([10014, 10037, 10059]);

/** The server's own "no" to a question of this library. */
export class ServerRefusal extends Error {
  override readonly name = 'ServerRefusal';
  readonly errCode: number;
  readonly status: number;
  constructor(error: ApiError, verb: string) {
    super(`${error.description ?? 'refused'} (${error.err_code ?? error.code}) on ${verb}`);
    this.errCode = error.err_code ?? 0;
    this.status = error.code;
  }

  get notFound(): boolean {
    return NOT_FOUND.has(this.errCode);
  }

  get wrongSequence(): boolean {
    return WRONG_SEQUENCE.has(this.errCode);
  }
}

/** The connection was down, or broke while a question was under way (`sent`: the server may have taken it). */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
  constructor(readonly sent: boolean) {
    super(sent ? 'the connection broke while waiting for the answer' : 'not connected');
  }
}

/** Nobody listens: the stream has no leader now, or there is no such stream. Nothing was taken. */
export const isNobodyThere = (error: unknown): boolean =>
  error instanceof NoRespondersError ||
  (error instanceof RequestError && error.isNoResponders()) ||
  (error instanceof ServerRefusal && error.status === 503);

const UNREACHABLE = [
  ConnectionLostError,
  TimeoutError,
  ClosedConnectionError,
  DrainingConnectionError,
  ConnectionError,
  RequestError,
];

/** This user may not say that; the client library hands it over inside a failed request. */
const isForbidden = (error: unknown): boolean =>
  error instanceof PermissionViolationError ||
  (error instanceof RequestError && error.cause instanceof PermissionViolationError);

const isUnreachable = (error: unknown): boolean =>
  isPassing(error) || UNREACHABLE.some((kind) => error instanceof kind);

/** Worth another try at once: the server comes back, a leader is chosen, other batches end. */
export const isPassing = (error: unknown): boolean =>
  isNobodyThere(error) ||
  error instanceof ConnectionLostError ||
  (error instanceof ServerRefusal && error.errCode === BATCH_INCOMPLETE);

/** Says it in the port's words; `doing` names the act and its subject or stream. */
export const asPortError = (error: unknown, doing: string, subject: string): Error => {
  if (error instanceof Error && PORT_ERRORS.some((kind) => error instanceof kind)) return error;
  if (error instanceof ServerRefusal && error.wrongSequence) {
    return Object.assign(new WrongSequenceError(subject), { cause: error });
  }
  const message = `${doing}: ${error instanceof Error ? error.message : String(error)}`;
  return isUnreachable(error) && !isForbidden(error)
    ? new LogUnavailableError(message, { cause: error })
    : new LogRefusedError(message, { cause: error });
};

const PORT_ERRORS = [WrongSequenceError, LogUnavailableError, LogRefusedError];
