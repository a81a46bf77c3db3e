import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Targets } from './targets.js';

export interface OutboundPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Until the answer's head has come, with resolving and connecting. */
  readonly timeoutMs: number;
}

export interface OutboundAnswer {
  readonly status: number;
  /** From `Retry-After`, where it gives seconds. */
  readonly retryAfterSeconds: number | null;
}

const DISCARDED_BYTES_MAX = 65_536;

export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** Nobody was called: the target is an address within, not on the internet, and was not allowed. */
export class ForbiddenTarget extends Error {
  override readonly name = 'ForbiddenTarget';
  readonly code = 'FORBIDDEN_TARGET';
  readonly retryable = true;
  constructor(host: string, address: string) {
    super(
      host === address
        ? `${address} is not a public address, and not in ESTOP_WEBHOOK_ALLOW`
        : `${host} resolves to ${address}, which is not public, and not in ESTOP_WEBHOOK_ALLOW`,
    );
  }
}

const resolveAll: Resolve = (host) =>
  new Promise((resolve, reject) =>
    systemLookup(host, { all: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    ),
  );

/** One name for one host, however it was written. */
const hostOf = ({ hostname }: URL): string =>
  hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase();

/**
 * Posts to a place that somebody else chose. The addresses are checked where the connection is made, and it is made to one
 * of those that were checked, so a name that changes its mind in between gains nothing. Redirects are answers, never followed;
 * no proxy and no open connection is used.
 */
export class Outbound {
  constructor(
    private readonly targets: Targets,
    private readonly resolve: Resolve = resolveAll,
  ) {}

  /** @throws ForbiddenTarget, or an Error that says what broke: no such name, no connection, no answer in time, … */
  async post({ url, headers, body, timeoutMs }: OutboundPost): Promise<OutboundAnswer> {
    const target = new URL(url);
    const host = hostOf(target);
    if (isIP(host) !== 0) this.check(host, host);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      return await this.exchange(target, body, {
        method: 'POST',
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        agent: false,
        signal,
        lookup: this.lookupFor(host),
      });
    } catch (error) {
      if (!signal.aborted || error instanceof ForbiddenTarget) throw error;
      throw new Error(`no answer within ${timeoutMs / 1000} s`, { cause: error });
    }
  }

  private exchange(target: URL, body: string, options: RequestOptions): Promise<OutboundAnswer> {
    return new Promise((resolve, reject) => {
      const send = target.protocol === 'https:' ? tlsRequest : plainRequest;
      const request = send(target, options, (response) => {
        resolve(answerOf(response));
        discard(response);
      });
      request.on('error', reject).end(body);
    });
  }

  private check(host: string, address: string): void {
    if (this.targets.allowsHost(host) || this.targets.allowsAddress(address)) return;
    throw new ForbiddenTarget(host, address);
  }

  /** What Node connects to: all that the name stands for, or nothing where one of them is forbidden. */
  private lookupFor(host: string): LookupFunction {
    return (name, { all }, done) => {
      const checked = this.resolve(name).then((addresses) => {
        for (const { address } of addresses) this.check(host, address);
        return addresses;
      });
      checked.then(
        (addresses) => {
          const [first] = addresses;
          if (first === undefined) done(new Error(`${name} has no address`), '');
          else if (all) done(null, [...addresses]);
          else done(null, first.address, first.family);
        },
        (error: NodeJS.ErrnoException) => done(error, ''),
      );
    };
  }
}

/** Nobody needs the body; a receiver that sends little may end in peace, and one that sends much is cut. */
const discard = (response: IncomingMessage): void => {
  let bytes = 0;
  response.on('error', () => undefined);
  response.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes > DISCARDED_BYTES_MAX) response.destroy();
  });
};

const answerOf = ({ statusCode = 0, headers }: IncomingMessage): OutboundAnswer => {
  const after = headers['retry-after'];
  return {
    status: statusCode,
    retryAfterSeconds: after !== undefined && /^\d{1,9}$/.test(after) ? Number(after) : null,
  };
};
