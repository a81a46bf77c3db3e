import { randomUUID } from 'node:crypto';
import { Estop } from '#sdk';
import { until } from '#testing';
import { addressOf, call, encoded, type Reply, type StandingMesh } from './standing-mesh.js';

/** One request as the ledger keeps it. */
export interface Line extends Reply {
  readonly route: string;
}

/** What of an intent was acknowledged besides its sending. */
export interface Acknowledged {
  checkpointed: boolean;
  answered: boolean;
}

interface Order {
  readonly orderId: string;
  /** `null`: nobody can know, since the lift was not answered. */
  lifted: boolean | null;
}

const WORKER = 'worker';
const SENDER = 'sender';
const ROGUE = 'rogue';
const EVERY_MS = 40;
const OPERATOR_MS = 250;
const AGAIN_MS = 100;
const GOES_ON_MS = 15_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A small fleet at work: one agent sends, two instances of another take the work, checkpoint it and answer it, and an
 * operator stops and lifts a third agent over and over. Whatever was acknowledged is written down, and so is every answer.
 */
export class Traffic {
  readonly lines: Line[] = [];
  readonly sent = new Map<string, Acknowledged>();
  readonly orders: Order[] = [];
  private readonly ending = new AbortController();
  private running: Promise<unknown> = Promise.resolve();
  private turn = 0;
  private keys = new Map<string, string>();

  constructor(private readonly mesh: StandingMesh) {}

  async start(): Promise<void> {
    for (const name of [WORKER, SENDER, ROGUE]) this.keys.set(name, await this.mesh.agent(name));
    this.running = Promise.all([this.send(), this.work(), this.work(), this.operate()]);
  }

  async stop(): Promise<void> {
    this.ending.abort();
    await this.running;
  }

  /** Everything that was answered since a moment (a length of `lines`). */
  since(mark: number): Line[] {
    return this.lines.slice(mark);
  }

  /** Waits until work has been sent, taken and answered, and an agent stopped and lifted, all after now. */
  async goesOn(): Promise<void> {
    const { size } = this.sent;
    const answered = this.count('POST resume');
    const lifted = this.count('POST lift');
    await until(
      () =>
        this.sent.size > size + 5 &&
        this.count('POST resume') > answered + 5 &&
        this.count('POST lift') > lifted + 1,
      { what: 'the traffic to go on', timeoutMs: GOES_ON_MS },
    );
  }

  private count(route: string): number {
    return this.lines.filter((line) => line.route === route && line.status === 200).length;
  }

  private get over(): boolean {
    return this.ending.signal.aborted;
  }

  private async ask(route: string, name: string, path: string, body?: unknown): Promise<Reply> {
    const { gateways } = this.mesh;
    this.turn += 1;
    const key = this.keys.get(name) ?? this.mesh.key('operator');
    const url = gateways[this.turn % gateways.length] as string;
    const reply = await call(url, `${route.split(' ')[0]} ${path}`, { key, body });
    this.lines.push({ ...reply, route });
    return reply;
  }

  private async send(): Promise<void> {
    while (!this.over) {
      const reply = await this.ask('POST intent', SENDER, '/v1/intents', {
        intent_type: 'mail.batch.v1',
        correlation_id: randomUUID(),
        to_agent: addressOf(WORKER),
        payload: { batch: this.sent.size },
      });
      if (reply.status === 200)
        this.sent.set(reply.body.intent_id as string, { checkpointed: false, answered: false });
      await pause(EVERY_MS);
    }
  }

  private async work(): Promise<void> {
    const client = new Estop({
      baseUrls: [...this.mesh.gateways],
      apiKey: this.keys.get(WORKER) as string,
    });
    while (!this.over) await this.listen(client).catch(() => pause(AGAIN_MS));
  }

  private async listen(client: Estop): Promise<void> {
    const { signal } = this.ending;
    for await (const { intent_id } of client.intents.listen(addressOf(WORKER), { signal })) {
      await this.finish(intent_id);
      if (this.over) return;
    }
  }

  /** As a careful agent: each step again, through other gateways, until it is acknowledged. */
  private async finish(intentId: string): Promise<void> {
    const path = `/v1/intents/${intentId}`;
    const checkpoint = { data: { of: intentId } };
    const checkpointed = await this.insist('PUT checkpoint', `${path}/checkpoint`, checkpoint);
    const entry = this.sent.get(intentId) ?? { checkpointed: false, answered: false };
    this.sent.set(intentId, entry);
    entry.checkpointed ||= checkpointed.status === 200;
    const answered = await this.insist('POST resume', `${path}/resume`, { done: intentId });
    entry.answered ||= answered.status === 200;
  }

  private async insist(route: string, path: string, body: unknown): Promise<Reply> {
    for (;;) {
      const reply = await this.ask(route, WORKER, path, body);
      if (![0, 503].includes(reply.status) || this.over) return reply;
      await pause(AGAIN_MS);
    }
  }

  private async operate(): Promise<void> {
    const agent = `/v1/mesh/agents/${encoded(ROGUE)}`;
    while (!this.over) {
      const stopped = await this.ask('POST kill', 'operator', `${agent}/kill`, { reason: 'story' });
      if (stopped.status === 200 && stopped.body.order.changed === true)
        this.orders.push({ orderId: stopped.body.order.order_id as string, lifted: false });
      await pause(OPERATOR_MS);
      const lifted = await this.ask('POST lift', 'operator', `${agent}/resume`, { reason: 'over' });
      this.noteLift(lifted.status);
      await pause(OPERATOR_MS);
    }
  }

  private noteLift(status: number): void {
    for (const order of this.orders) {
      if (order.lifted === true) continue;
      order.lifted = status === 200 ? true : null;
    }
  }
}
