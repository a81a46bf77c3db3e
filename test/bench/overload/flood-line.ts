import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.js';
import type { Flooded, FloodTarget } from './flood-messages.js';

const REDIAL_MS = 20;

/** One target of a flood: its connections, what was offered to it, and what came back. */
export class FloodLine {
  readonly #free: Socket[] = [];
  readonly #open = new Set<Socket>();
  readonly #statuses: Record<string, number> = {};
  readonly #sinceMs = performance.now();
  #owed = 0;
  #offered = 0;
  #answered = 0;
  #inVain = 0;
  #busy = 0;
  #isOver = false;
  #ebbed = (): void => undefined;

  constructor(private readonly target: FloodTarget) {
    for (let index = 0; index < target.connections; index += 1) this.#dial();
  }

  /** So much time has passed: what is due goes out on the connections that are free. */
  tick(passedMs: number): void {
    const { perSecond } = this.target;
    if (perSecond === null || this.#isOver) return;
    this.#owed += (perSecond * passedMs) / 1000;
    for (; this.#owed >= 1; this.#owed -= 1) {
      this.#offered += 1;
      const socket = this.#free.pop();
      if (socket === undefined) this.#inVain += 1;
      else this.#send(socket);
    }
  }

  /** Resolves when everything that was sent is answered, or after `patienceMs`. */
  async ebb(patienceMs: number): Promise<Flooded> {
    this.#isOver = true;
    const tookMs = performance.now() - this.#sinceMs;
    const answered = this.#answered;
    await new Promise<void>((resolve) => {
      this.#ebbed = resolve;
      if (this.#busy === 0) resolve();
      setTimeout(resolve, patienceMs).unref();
    });
    for (const socket of this.#open) socket.destroy();
    return {
      ...{ tookMs, answered, offered: this.#offered, waitedInVain: this.#inVain },
      statuses: this.#statuses,
    };
  }

  #dial(): void {
    const socket = connect({ port: this.target.port, host: '127.0.0.1', noDelay: true });
    const reader = new AnswerReader();
    let isBusy = false;
    this.#open.add(socket);
    socket.on('error', () => undefined);
    socket.once('connect', () => this.#rest(socket));
    socket.on('flooded', () => {
      isBusy = true;
      this.#busy += 1;
    });
    const settle = (status: string): void => {
      if (isBusy) this.#settle(status);
      isBusy = false;
    };
    socket.on('data', (part: Buffer) => {
      const status = reader.feed(part.toString('latin1'));
      if (status === null) return;
      settle(status);
      this.#rest(socket);
    });
    socket.once('close', () => {
      settle('cut');
      this.#open.delete(socket);
      const at = this.#free.indexOf(socket);
      if (at >= 0) this.#free.splice(at, 1);
      if (!this.#isOver) setTimeout(() => !this.#isOver && this.#dial(), REDIAL_MS);
    });
  }

  #settle(status: string): void {
    this.#answered += 1;
    this.#busy -= 1;
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (this.#isOver && this.#busy === 0) this.#ebbed();
  }

  #rest(socket: Socket): void {
    if (this.#isOver || socket.destroyed) return;
    if (this.target.perSecond !== null) return void this.#free.push(socket);
    this.#offered += 1;
    this.#send(socket);
  }

  #send(socket: Socket): void {
    const { requests } = this.target;
    socket.emit('flooded');
    socket.write(requests[this.#offered % requests.length] ?? '');
  }
}
