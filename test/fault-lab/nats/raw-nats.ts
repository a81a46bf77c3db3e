import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { NatsParser, type RawMessage } from './nats-parser.js';

export interface RawLogin {
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  /** Where answers to requests come in; a user may be allowed one prefix alone. @default `_INBOX` */
  readonly inboxPrefix?: string;
}

const REQUEST_MS = 5000;
const READY_MS = 3000;

/**
 * The least that speaks to a nats-server: what an intruder with a stolen credential would write in an afternoon. It knows
 * nothing of the mesh's own client, checks nothing and repeats nothing.
 */
export class RawNats {
  /** What the server refused, in its words. */
  readonly refusals: string[] = [];
  readonly #parser = new NatsParser();
  readonly #takers = new Map<string, (message: RawMessage) => void>();
  #pongs: (() => void)[] = [];
  #sid = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly inboxPrefix: string,
  ) {
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      for (const frame of this.#parser.feed(chunk)) {
        if (frame.kind === 'line') this.#line(frame.line);
        else this.#takers.get(frame.message.sid)?.(frame.message);
      }
    });
  }

  /** @throws Error when nobody listens there, or the login is refused. */
  static async connect({ port, user, password, inboxPrefix }: RawLogin): Promise<RawNats> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect', { signal: AbortSignal.timeout(READY_MS) });
    const nats = new RawNats(socket, inboxPrefix ?? '_INBOX');
    const about = { verbose: false, headers: true, no_responders: true, name: 'fault lab' };
    nats.#write(`CONNECT ${JSON.stringify({ ...about, user, pass: password })}`);
    try {
      await nats.flush();
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return nats;
  }

  /** Resolves when the server has seen everything that was written before. */
  flush(): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (): void => reject(new Error(`no PONG: ${this.refusals.join('; ')}`));
      const timer = setTimeout(failed, READY_MS);
      this.socket.once('close', failed);
      this.#pongs.push(() => {
        clearTimeout(timer);
        this.socket.off('close', failed);
        resolve();
      });
      this.#write('PING');
    });
  }

  publish(subject: string, payload: string | Buffer, reply = ''): void {
    const body = Buffer.from(payload);
    this.socket.write(`PUB ${subject} ${reply} ${body.length}\r\n`);
    this.socket.write(Buffer.concat([body, Buffer.from('\r\n')]));
  }

  /** @returns the end of it */
  subscribe(subject: string, onMessage: (message: RawMessage) => void): () => void {
    const sid = String((this.#sid += 1));
    this.#takers.set(sid, onMessage);
    this.#write(`SUB ${subject} ${sid}`);
    return () => {
      this.#takers.delete(sid);
      this.#write(`UNSUB ${sid}`);
    };
  }

  /** @throws Error when nobody answers in time. */
  request(subject: string, payload = '', timeoutMs = REQUEST_MS): Promise<RawMessage> {
    const inbox = `${this.inboxPrefix}.${randomBytes(12).toString('hex')}`;
    return new Promise((resolve, reject) => {
      const end = this.subscribe(inbox, (message) => {
        clearTimeout(timer);
        end();
        if (message.status === 503) reject(new Error(`nobody answers ${subject}`));
        else resolve(message);
      });
      const timer = setTimeout(() => {
        end();
        reject(new Error(`no answer to ${subject} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.publish(subject, payload, inbox);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #write(line: string): void {
    this.socket.write(`${line}\r\n`);
  }

  #line(line: string): void {
    if (line === 'PING') this.#write('PONG');
    else if (line === 'PONG') this.#pongs.shift()?.();
    else if (line.startsWith('-ERR')) this.refusals.push(line.slice(5));
  }
}
