import type { StopMode } from '#contracts';
import type { OrderBody } from '#domain';
import type { Mesh } from './mesh.js';
import { scheduleForgeries } from './forgeries.js';
import type { SimGateway } from './sim-gateway.js';
import type { SimNode } from './sim-node.js';
import { addressOf, AGENTS, LAX, TAGGED } from './world.js';

const REQUEST_EVERY_MS = 12;

export interface OrderWish {
  readonly kind: 'agent' | 'tag' | 'lax';
  readonly node?: string;
  readonly mode?: StopMode;
  readonly agent?: string;
}

/** Agents that never rest, operators that stop and lift, and somebody who sends what nobody signed. */
export class Workload {
  #orders = 0;
  #open = true;

  constructor(private readonly mesh: Mesh) {}

  start(untilMs: number): void {
    this.startRequests();
    this.#operators(untilMs);
    scheduleForgeries(this.mesh, untilMs);
    const { world } = this.mesh;
    const [first] = TAGGED;
    world.schedule.in(world.random.between(50, 1_500), () => this.tag(first, 400));
  }

  startRequests(): void {
    this.#requests();
  }

  stop(): void {
    this.#open = false;
  }

  order({ kind, node: nodeName, mode = 'halt', agent: wished }: OrderWish): string | null {
    const { world } = this.mesh;
    const node = this.#able(nodeName);
    if (node === null || !this.#open) return null;
    this.#orders += 1;
    const orderId = `o${this.#orders}`;
    const literal = kind !== 'tag';
    const agent = wished ?? this.#agentFor(kind);
    const agents = literal ? [agent] : [...TAGGED];
    const { nowMs } = world.schedule;
    const untilMs = world.random.chance(0.2) ? nowMs + world.random.between(300, 4_000) : null;
    world.checker.created({ orderId, issuer: node.id, literal, agents, untilMs });
    const selector = literal
      ? { agent: addressOf(agent) }
      : { tag: 'rogue', namespace: 'acme/prod' };
    const atWallMs = node.machine.reading().wallMs;
    const order = { orderId, mode, selector, atWallMs, details: '' } as unknown as OrderBody;
    world.history.note(node.name, `takes ${orderId} (${mode}) on ${agents.join()}`);
    node.order(order);
    return orderId;
  }

  #agentFor(kind: OrderWish['kind']): string {
    return kind === 'lax' ? LAX : this.mesh.world.random.pick(['target', 'target', 'other']);
  }

  #able(nodeName?: string): SimNode | null {
    const able = this.mesh.nodes.filter(({ machine }) => machine.isUp && !machine.isPaused);
    if (nodeName) return able.find(({ name }) => name === nodeName) ?? null;
    return able.length === 0 ? null : this.mesh.world.random.pick(able);
  }

  tag(agent: string, bytes: number): void {
    this.write(`agent.${agent}`, {
      agent,
      tag: agent.startsWith('tagged') ? 'rogue' : 'plain',
      bytes,
    });
  }

  /** Repeated until it is known to be stored, five times at most. */
  write(subject: string, body: unknown): void {
    const { world } = this.mesh;
    const fact = { kind: 'other', body } as const;
    const tries = { count: 0 };
    const append = (): void => {
      tries.count += 1;
      const request = { kind: 'append', ref: 'other', subject, expect: null, fact } as const;
      world.log.append('operator', request, ({ outcome }) => {
        if (outcome === 'failed' && tries.count < 5) append();
      });
    };
    append();
  }

  #requests(): void {
    if (!this.#open) return;
    const { world, gateways, isHealing, healthy } = this.mesh;
    const gateway = world.random.pick(gateways);
    gateway.stream();
    const mayPause = !isHealing && healthy.size === 0 && !world.network.isLossless;
    const pauseMs = mayPause && world.random.chance(0.004) ? world.random.between(1, 1_200) : 0;
    const answer = gateway.request(world.random.pick(AGENTS), pauseMs);
    if (answer === 'fenced' && healthy.has(gateway.name)) world.checker.mustServe(gateway.name);
    world.schedule.in(world.random.between(0.5, 1.5) * REQUEST_EVERY_MS, () => this.#requests());
  }

  /** Asks one gateway for stopped work without a break: bounds are broken by half a millisecond first. */
  hammer(gateway: SimGateway, { forMs, everyMs }: { forMs: number; everyMs: number }): void {
    const { world } = this.mesh;
    const untilMs = world.schedule.nowMs + forMs;
    const strike = (): void => {
      if (world.schedule.nowMs > untilMs) return;
      gateway.stream();
      gateway.request(world.random.pick(AGENTS), 0);
      world.schedule.in(everyMs, strike);
    };
    strike();
  }

  #operators(untilMs: number): void {
    const { world } = this.mesh;
    world.schedule.in(world.random.between(100, 1_500), () => {
      if (world.schedule.nowMs > untilMs) return;
      this.#operate(world.random.fraction());
      this.#operators(untilMs);
    });
  }

  #operate(act: number): void {
    const { random } = this.mesh.world;
    if (act < 0.4) this.order({ kind: 'agent' });
    else if (act < 0.55) this.order({ kind: 'tag' });
    else if (act < 0.6) this.order({ kind: 'lax' });
    else if (act < 0.85) this.lift();
    else if (act < 0.9) this.tag(random.pick(TAGGED), 400);
    else if (act < 0.95) this.tag('other', random.pick([400, 100_000, 200_000]));
    else this.write('workspace.open', { onFence: random.pick(['allow', 'deny']) });
  }

  lift(): void {
    const { world, nodes } = this.mesh;
    const standing = [...world.checker.orders].filter(({ liftedAtMs }) => liftedAtMs === null);
    const up = nodes.filter(({ machine }) => machine.isUp);
    if (standing.length === 0 || up.length === 0) return;
    const { orderId } = world.random.pick(standing);
    const node = world.random.pick(up);
    world.checker.liftAsked(orderId);
    world.history.note(node.name, `is asked to lift ${orderId}`);
    node.receive({ kind: 'lift', orderId });
  }
}
