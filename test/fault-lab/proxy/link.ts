import { connect, createServer, type Server, type Socket } from 'node:net';
import { healthy, type Flow, type LinkFault } from './fault.js';
import { Pump } from './pump.js';

export interface LinkPlan {
  /** Who dials whom: `gateway-1>nats-2`. */
  readonly name: string;
  /** The port of 127.0.0.1 that is dialled instead of the target's. */
  readonly port: number;
  readonly target: number;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  readonly out: Pump;
  readonly back: Pump;
}

const HOST = '127.0.0.1';
const BACKLOG = 512;

/** A TCP proxy in front of one listener, for one who dials it: what goes over it can be held, delayed, throttled, cut. */
export class Link {
  private fault: LinkFault = healthy;
  private readonly pairs = new Set<Pair>();
  private readonly callers = new Set<Socket>();

  private constructor(
    private readonly plan: LinkPlan,
    private readonly server: Server,
  ) {
    server.on('connection', (near) => this.accept(near));
  }

  /** @throws Error when the port is taken. */
  static open(plan: LinkPlan): Promise<Link> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port: plan.port, host: HOST, backlog: BACKLOG }, () =>
        resolve(new Link(plan, server)),
      );
    });
  }

  get name(): string {
    return this.plan.name;
  }
  get port(): number {
    return this.plan.port;
  }
  get heldBytes(): number {
    return this.pumps().reduce((sum, pump) => sum + pump.heldBytes, 0);
  }
  get heldEnds(): number {
    return this.pumps().reduce((sum, pump) => sum + pump.heldEnds, 0);
  }
  /** Callers who were let in by nobody yet: no handshake gets through a held link. */
  get waiting(): number {
    return this.callers.size;
  }

  set(fault: LinkFault): void {
    this.fault = fault;
    if (fault.refused) return this.reset();
    for (const { out, back } of this.pairs) {
      out.set(fault.out);
      back.set(fault.back);
    }
    if (!this.isHeld()) for (const near of this.callers) this.dial(near);
  }

  /** Resets every open connection, on both sides; new ones are as the fault says. */
  reset(): void {
    for (const near of this.callers) near.resetAndDestroy();
    for (const { near, far, out, back } of this.pairs) {
      out.stop();
      back.stop();
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
    this.pairs.clear();
    this.callers.clear();
  }

  close(): Promise<void> {
    this.reset();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private pumps(): Pump[] {
    return [...this.pairs].flatMap(({ out, back }) => [out, back]);
  }

  private isHeld(): boolean {
    const isHeld = ({ kind }: Flow): boolean => kind === 'held';
    return isHeld(this.fault.out) || isHeld(this.fault.back);
  }

  private accept(near: Socket): void {
    near.on('error', () => undefined);
    if (this.fault.refused) return void near.resetAndDestroy();
    this.callers.add(near);
    near.once('close', () => this.callers.delete(near));
    if (!this.isHeld()) this.dial(near);
  }

  private dial(near: Socket): void {
    this.callers.delete(near);
    const far = connect({ port: this.plan.target, host: HOST, noDelay: true, allowHalfOpen: true });
    const pair = { near, far, out: new Pump(near, far), back: new Pump(far, near) };
    pair.out.set(this.fault.out);
    pair.back.set(this.fault.back);
    this.pairs.add(pair);
    const forget = (): void => {
      if (near.closed && far.closed) this.pairs.delete(pair);
    };
    near.once('close', forget);
    far.once('close', forget);
  }
}
