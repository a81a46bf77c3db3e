import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nodeProgram, spawnChild } from '../process/own-child.js';
import { healthy, type LinkFault } from './fault.js';
import type { LinkPlan } from './link.js';
import type { ProxyAnswer, ProxyOrder } from './proxy-messages.js';

type Unnumbered<Order> = Order extends unknown ? Omit<Order, 'number'> : never;

interface Waiting {
  done(): void;
  failed(error: Error): void;
}

const PROGRAM = fileURLToPath(new URL('./proxy-process.js', import.meta.url));

/** Every link of the mesh, and the handle on the process that carries them. */
export class Proxies {
  readonly names: readonly string[];
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, Waiting>();
  private number = 0;

  private constructor(links: readonly LinkPlan[]) {
    this.names = links.map(({ name }) => name);
    this.child = spawnChild(nodeProgram(PROGRAM), ['ignore', 'inherit', 'inherit', 'ipc']);
    this.child.on('message', (answer: ProxyAnswer) => this.settle(answer));
    this.child.once('exit', () => {
      for (const { failed } of this.waiting.values()) failed(new Error('the proxy ended'));
    });
  }

  /** @throws Error when a port is taken. */
  static async start(links: readonly LinkPlan[]): Promise<Proxies> {
    const proxies = new Proxies(links);
    await proxies.order({ kind: 'open', links });
    return proxies;
  }

  /** The links whose name a pattern matches: `gateway-1>nats-2`, `nats-1>nats-3`, `node-1>postgres`. */
  matching(pattern: RegExp): string[] {
    return this.names.filter((name) => pattern.test(name));
  }

  set(names: readonly string[], fault: LinkFault): Promise<void> {
    return this.order({ kind: 'set', names, fault });
  }

  reset(names: readonly string[]): Promise<void> {
    return this.order({ kind: 'reset', names });
  }

  healAll(): Promise<void> {
    return this.set(this.names, healthy);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }

  private order(order: Unnumbered<ProxyOrder>): Promise<void> {
    const number = (this.number += 1);
    return new Promise((done, failed) => {
      this.waiting.set(number, { done, failed });
      this.child.send({ ...order, number });
    });
  }

  private settle({ number, problem }: ProxyAnswer): void {
    const waiting = this.waiting.get(number);
    this.waiting.delete(number);
    if (problem === null) waiting?.done();
    else waiting?.failed(new Error(problem));
  }
}
