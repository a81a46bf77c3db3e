import { connect, type Socket } from 'node:net';
import { nowMs } from '../time.js';
import { wholeAnswer } from './http-answer.js';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly sentMs: number;
  readonly endMs: number;
}

const WITHIN_MS = 4000;
const LOOK_MS = 50;
/** Shorter than any server keeps an idle connection: it is never closed while a request goes into it. */
const IDLE_MS = 3000;

/** One connection, which carries one request at a time. */
class Wire {
  usedMs = nowMs();
  private received = '';
  private over: ((status: number, text: string) => void) | null = null;
  private readonly socket: Socket;

  constructor(
    host: string,
    port: number,
    private readonly onFree: (wire: Wire) => void,
  ) {
    this.socket = connect({ host, port, noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (part: string) => this.take(part));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => this.end(0, ''));
  }

  get isBroken(): boolean {
    return this.socket.destroyed || this.socket.readableEnded;
  }

  /** `over` is called once: with status 0 when the connection ended before the answer was whole. */
  send(request: string, over: (status: number, text: string) => void): void {
    this.usedMs = nowMs();
    this.over = over;
    this.socket.write(request);
  }

  close(): void {
    this.socket.destroy();
  }

  private take(part: string): void {
    this.received += part;
    const answer = wholeAnswer(this.received);
    if (answer === null) return;
    this.received = '';
    this.end(answer.status, Buffer.from(answer.text, 'latin1').toString());
    if (answer.keeps) this.onFree(this);
    else this.close();
  }

  private end(status: number, text: string): void {
    const { over } = this;
    this.over = null;
    over?.(status, text);
  }
}

/** Kept connections to one gateway; a request that is not answered in four seconds takes its connection with it. */
export class Door {
  private readonly free: Wire[] = [];
  private readonly busy = new Set<Wire>();
  private readonly heads = new Map<string, string>();
  private readonly host: string;
  private readonly port: number;
  private readonly timer: NodeJS.Timeout;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.host = hostname;
    this.port = Number(port);
    this.timer = setInterval(() => this.lookForLate(), LOOK_MS);
  }

  get inFlight(): number {
    return this.busy.size;
  }

  /** Never throws: `status` 0 means that no answer came. */
  post(path: string, apiKey: string, body: string): Promise<Answer> {
    const wire = this.wire();
    const request = `${this.head(path, apiKey)}${Buffer.byteLength(body)}\r\n\r\n${body}`;
    this.busy.add(wire);
    const sentMs = nowMs();
    return new Promise((resolve) => {
      wire.send(request, (status, text) => {
        this.busy.delete(wire);
        resolve({ status, text, sentMs, endMs: nowMs() });
      });
    });
  }

  close(): void {
    clearInterval(this.timer);
    for (const wire of [...this.free, ...this.busy]) wire.close();
  }

  private wire(): Wire {
    for (;;) {
      const wire = this.free.pop();
      if (wire === undefined)
        return new Wire(this.host, this.port, (freed) => void this.free.push(freed));
      if (!wire.isBroken && nowMs() - wire.usedMs < IDLE_MS) return wire;
      wire.close();
    }
  }

  private head(path: string, apiKey: string): string {
    const key = `${path} ${apiKey}`;
    const known = this.heads.get(key);
    if (known !== undefined) return known;
    const lines = [
      `POST ${path} HTTP/1.1`,
      `host: ${this.host}:${this.port}`,
      'content-type: application/json',
      `x-api-key: ${apiKey}`,
      'content-length: ',
    ];
    const head = lines.join('\r\n');
    this.heads.set(key, head);
    return head;
  }

  private lookForLate(): void {
    const deadline = nowMs() - WITHIN_MS;
    for (const wire of this.busy) if (wire.usedMs < deadline) wire.close();
  }
}
