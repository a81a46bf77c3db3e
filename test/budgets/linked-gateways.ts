import type { GatewayId } from '#contracts';
import { freePort } from '#embedded';
import { connectNats, type Nats } from '#event-store-jetstream';
import type { Gateway } from '../../apps/gateway/src/gateway.js';
import { blackHole, healthy, refused } from '../fault-lab/proxy/fault.js';
import { Link } from '../fault-lab/proxy/link.js';
import type { TestMesh } from '../gateway/test-mesh.js';

interface Linked {
  readonly link: Link;
  gateway: Gateway | null;
  connections: Nats[];
}

/** Real gateways, each with a way to the log of its own that can be cut. */
export class LinkedGateways {
  readonly #linked: Linked[] = [];

  constructor(private readonly mesh: TestMesh) {}

  get urls(): readonly (string | null)[] {
    return this.#linked.map(({ gateway }) => gateway?.url ?? null);
  }

  async start(count: number): Promise<void> {
    const target = Number(new URL(this.mesh.account.url).port);
    for (let at = 0; at < count; at += 1) {
      const link = await Link.open({ name: `gateway-${at}>nats`, port: await freePort(), target });
      this.#linked.push({ link, gateway: null, connections: [] });
      await this.bring(at);
    }
  }

  /** Nothing gets through any more, and nobody is told. */
  cut(at: number): void {
    this.#linked[at]?.link.set(blackHole);
  }

  heal(at: number): void {
    this.#linked[at]?.link.set(healthy);
  }

  /** Its connections break in one moment: it says nothing any more, and what it held is lost with it. */
  async kill(at: number): Promise<void> {
    const one = this.#linked[at];
    if (one?.gateway === undefined || one.gateway === null) return;
    const { gateway } = one;
    one.gateway = null;
    one.link.set(refused);
    this.mesh.gateways.splice(this.mesh.gateways.indexOf(gateway), 1);
    await Promise.all([gateway.stop(), ...one.connections.map((nats) => nats.close())]);
  }

  /** The same name again, as another run. */
  async bring(at: number): Promise<void> {
    const one = this.#linked[at];
    if (one === undefined) throw new Error(`there is no gateway ${at}`);
    one.link.set(healthy);
    const { user, password } = this.mesh.account;
    const servers = `nats://127.0.0.1:${one.link.port}`;
    const open = (name: string) => connectNats({ servers, user, password, name });
    const [nats, control] = await Promise.all([open(`gw-${at}`), open(`gw-${at} control`)]);
    one.connections = [nats, control];
    const gateway = `gw-${at}` as GatewayId;
    one.gateway = await this.mesh.addGateway(at, { nats, control, gateway });
  }

  async stop(): Promise<void> {
    for (const { link } of this.#linked) link.set(healthy);
    await this.mesh.stop();
    for (const { connections } of this.#linked)
      await Promise.all(connections.map((nats) => nats.close()));
    for (const { link } of this.#linked) await link.close();
  }
}
