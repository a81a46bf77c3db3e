import { connect, type NatsConnection } from '@nats-io/transport-node';
import { randomUUID } from 'node:crypto';
import { labLogin } from '../../fault-lab/mesh/access.js';
import { directNatsUrl, linkPort } from '../../fault-lab/mesh/layout.js';
import type { LabMesh } from '../../fault-lab/mesh/lab-mesh.js';
import { msBetween, nowNs } from '../kill/child-messages.js';

const SUBJECT = 'bench.bare';
const MESSAGE_BYTES = 600;

/** A bare publish on core NATS to one subscriber behind each gateway's own link: what the way itself takes. */
export class BareRegions {
  private constructor(
    private readonly publisher: NatsConnection,
    private readonly subscribers: readonly NatsConnection[],
  ) {}

  static async open(mesh: LabMesh): Promise<BareRegions> {
    const { user, password: pass } = labLogin;
    const dial = (servers: string): Promise<NatsConnection> =>
      connect({ servers, user, pass, ignoreClusterUpdates: true });
    const [server] = mesh.layout.nats;
    const [near] = directNatsUrl(mesh.layout).split(',');
    const ports = mesh.gateways.map(({ name }) => linkPort(mesh.layout, `${name}>${server?.name}`));
    const subscribers = await Promise.all(ports.map((port) => dial(`nats://127.0.0.1:${port}`)));
    return new BareRegions(await dial(near ?? ''), subscribers);
  }

  /** Milliseconds to each of the subscribers, in the order of the gateways. */
  async measure(): Promise<number[]> {
    const text = randomUUID().padEnd(MESSAGE_BYTES, '.');
    const arrivals = this.subscribers.map(
      (connection) =>
        new Promise<bigint>((resolve) => {
          connection.subscribe(SUBJECT, { max: 1, callback: () => resolve(nowNs()) });
        }),
    );
    await Promise.all(this.subscribers.map((connection) => connection.flush()));
    const sentNs = nowNs();
    this.publisher.publish(SUBJECT, text);
    return (await Promise.all(arrivals)).map((atNs) => msBetween(sentNs, atNs));
  }

  async close(): Promise<void> {
    await Promise.all([this.publisher, ...this.subscribers].map((it) => it.close()));
  }
}
