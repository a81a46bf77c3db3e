import type { OrderBody } from '#domain';
import type { Mesh } from './mesh.js';
import type { SimGateway } from './sim-gateway.js';
import { AGENTS, TAGGED } from './world.js';

const REQUEST_EVERY_MS = 12;

/** Agents that never rest, operators that stop and lift, and somebody who sends what nobody signed. */
export class Workload {
  #orders = 0;
  #open = true;

  constructor(private readonly mesh: Mesh) {}

  start(untilMs: number): void {
    this.startRequests();
    this.#operators(untilMs);
    this.#forgers(untilMs);
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

  order(kind: 'agent' | 'tag', nodeName?: string): string | null {
    const { world, nodes } = this.mesh;
    const able = nodes.filter(({ machine }) => machine.isUp && !machine.isPaused);
    const node = nodeName
      ? able.find(({ name }) => name === nodeName)
      : able[0] && world.random.pick(able);
    if (node === undefined || !this.#open) return null;
    this.#orders += 1;
    const orderId = `o${this.#orders}`;
    const agent = world.random.pick(['target', 'target', 'other']);
    const agents = kind === 'agent' ? [agent] : [...TAGGED];
    world.checker.created({ orderId, issuer: node.id, literal: kind === 'agent', agents });
    const selector =
      kind === 'agent'
        ? { agent: `agent://acme/prod/${agent}` }
        : { tag: 'rogue', namespace: 'acme/prod' };
    const order = {
      orderId,
      mode: 'halt',
      selector,
      atWallMs: node.machine.reading().wallMs,
      details: '',
    } as unknown as OrderBody;
    world.history.note(node.name, `takes ${orderId} on ${agents.join()}`);
    node.order(order);
    return orderId;
  }

  tag(agent: string, bytes: number): void {
    const { world } = this.mesh;
    const body = { agent, tag: agent.startsWith('tagged') ? 'rogue' : 'plain', bytes };
    const tries = { count: 0 };
    const append = (): void => {
      tries.count += 1;
      world.log.append(
        'operator',
        {
          kind: 'append',
          ref: 'tag',
          subject: `agent.${agent}`,
          expect: null,
          fact: { kind: 'other', body },
        },
        ({ outcome }) => {
          if (outcome === 'failed' && tries.count < 5) append();
        },
      );
    };
    append();
  }

  #requests(): void {
    if (!this.#open) return;
    const { world, gateways } = this.mesh;
    const gateway = world.random.pick(gateways);
    gateway.stream();
    const pauseMs = world.random.chance(0.004) ? world.random.between(1, 1_200) : 0;
    this.mesh.answered(
      gateway,
      gateway.request(world.random.pick(AGENTS), this.mesh.isHealing ? 0 : pauseMs),
    );
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
      const act = world.random.fraction();
      if (act < 0.45) this.order('agent');
      else if (act < 0.6) this.order('tag');
      else if (act < 0.85) this.#lift();
      else if (act < 0.9) this.tag(world.random.pick(TAGGED), 400);
      else if (act < 0.97) this.tag('other', world.random.pick([400, 100_000, 200_000]));
      this.#operators(untilMs);
    });
  }

  #lift(): void {
    const { world, nodes } = this.mesh;
    const standing = [...world.checker.orders].filter(({ liftedAtMs }) => liftedAtMs === null);
    const up = nodes.filter(({ machine }) => machine.isUp);
    if (standing.length === 0 || up.length === 0) return;
    const { orderId } = world.random.pick(standing);
    const node = world.random.pick(up);
    world.history.note(node.name, `is asked to lift ${orderId}`);
    node.receive({ kind: 'lift', orderId });
  }

  // What a gateway's own credential, or nobody's, could send.
  #forgers(untilMs: number): void {
    const { world, gateways, nodes } = this.mesh;
    world.schedule.in(world.random.between(500, 3_000), () => {
      if (world.schedule.nowMs > untilMs) return;
      const signer = world.random.pick(['g1', 'n1.0', 'nobody']);
      const order = {
        orderId: `forged${this.#orders}`,
        mode: 'halt',
        selector: { agent: 'agent://acme/prod/healthy' },
        atWallMs: 1_800_000_000_000 + world.schedule.nowMs,
        details: '',
      } as unknown as OrderBody;
      const signed = { order, signer, signature: 'key-of-g1' };
      for (const to of [...gateways, ...nodes]) to.receive({ kind: 'pushed', signed });
      for (const { orderId } of world.checker.orders) this.#forgeReceipts(orderId);
      this.#forgers(untilMs);
    });
  }

  #forgeReceipts(orderId: string): void {
    const { gateways, nodes } = this.mesh;
    for (const { name } of gateways) {
      const receipt = {
        orderId,
        gateway: name,
        boot: 1,
        position: 1_000_000,
        appliedAfterMs: 0,
        cut: { streams: 0, calls: 0 },
        signature: 'key-of-nobody',
      };
      for (const node of nodes) node.receive({ kind: 'receipt', receipt });
    }
  }
}
