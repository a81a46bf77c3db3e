import type { RunningServer } from '#embedded';
import { hubAccounts, meshUsers, type MeshUser } from '#event-store-jetstream';
import { spawnNatsServer, until } from '#testing';
import { RawNats } from '../fault-lab/nats/raw-nats.js';

/** Sees and may do everything in the hub's account, as no service does. */
const WATCHER: MeshUser = {
  name: 'watcher',
  access: { says: ['>'], pulls: [], hears: ['>'], serves: [], peers: [] },
  isolated: false,
};

export const USERS = meshUsers({
  nodes: ['node-1'],
  gateways: [
    { id: 'us-east-1', region: 'us-east' },
    { id: 'eu-west-1', region: 'eu-west' },
  ],
});

const STREAMS = [
  ['CONTROL', 'control.>', 'echo.>'],
  ['INTENTS', 'intent.>', 'inbox.>', 'deadline.>', 'retire.>'],
  ['ACTIVITY', 'activity.>'],
  ['LEDGER', 'ledger.>'],
  ['SESSIONS', 'session.>'],
  ['SIGNALS', 'signal.>'],
  ['NOTICES', 'notice.>'],
  ['KV_IDEMPOTENCY', '$KV.IDEMPOTENCY.>'],
];

export const passwordOf = (user: string): string => `pw-${user}`;

/** One server that knows every user of a mesh, and one more who watches. */
export class MeshServer {
  /** Everything that was said in the hub's account since {@link forget}. */
  seen: string[] = [];

  private constructor(
    private readonly server: RunningServer,
    readonly watcher: RawNats,
    private readonly users: ReadonlyMap<string, RawNats>,
  ) {
    watcher.subscribe('>', ({ subject }) => void this.seen.push(subject));
  }

  /** @param more further lines of the server's configuration */
  static async start(more = ''): Promise<MeshServer> {
    const config = hubAccounts([...USERS, WATCHER], (user) => JSON.stringify(passwordOf(user)));
    const server = await spawnNatsServer({ config: config + more });
    const login = async (user: string) =>
      RawNats.connect({
        port: server.port,
        user,
        password: passwordOf(user),
        inboxPrefix: `_INBOX.${user}`,
      });
    const users = new Map<string, RawNats>();
    for (const { name } of USERS) users.set(name, await login(name));
    const mesh = new MeshServer(server, await login(WATCHER.name), users);
    for (const [name, ...subjects] of STREAMS) {
      await mesh.ask(`STREAM.CREATE.${name}`, { name, subjects, allow_direct: true });
    }
    return mesh;
  }

  async stop(): Promise<void> {
    for (const client of [this.watcher, ...this.users.values()]) client.close();
    await this.server.stop();
  }

  as(user: string): RawNats {
    const client = this.users.get(user);
    if (client === undefined) throw new Error(`there is no user ${user}`);
    return client;
  }

  /** JetStream, asked by the watcher. */
  async ask<Answer>(verb: string, body?: object): Promise<Answer> {
    const payload = body === undefined ? '' : JSON.stringify(body);
    const answer = await this.watcher.request(`$JS.API.${verb}`, payload);
    return JSON.parse(answer.data.toString()) as Answer;
  }

  /** Whether what this user says there is heard in the hub; a refusal and a silence must go together. */
  async mayPublish(user: string, subject: string, seenAs = subject): Promise<boolean> {
    const client = this.as(user);
    const refused = client.refusals.length;
    const seenBefore = this.countOf(seenAs);
    client.publish(subject, '');
    await this.settled(client);
    const heard = this.countOf(seenAs) > seenBefore;
    if (heard === client.refusals.length > refused) {
      throw new Error(`${user} on ${subject}: heard ${heard}, ${client.refusals.slice(refused)}`);
    }
    return heard;
  }

  /** Whether this user hears what is said in the hub; a refusal and a silence must go together. */
  async maySubscribe(user: string, pattern: string, subject: string): Promise<boolean> {
    const client = this.as(user);
    const refused = client.refusals.length;
    let heard = false;
    const end = client.subscribe(pattern, () => (heard = true));
    await client.flush();
    this.watcher.publish(subject, '');
    await this.settled(client);
    end();
    if (heard === client.refusals.length > refused) {
      throw new Error(`${user} on ${pattern}: heard ${heard}, ${client.refusals.slice(refused)}`);
    }
    return heard;
  }

  /** All that these two said has reached whoever may hear it: on one server a round trip each way is enough. */
  async settled(client: RawNats): Promise<void> {
    await client.flush();
    await this.watcher.flush();
    await client.flush();
  }

  async lastSequence(stream: string): Promise<number> {
    const info = await this.ask<{ state: { last_seq: number } }>(`STREAM.INFO.${stream}`);
    return info.state.last_seq;
  }

  /** Waits until everything that was set off before has been dealt with. */
  async quiet(): Promise<void> {
    const mark = `quiet.${Math.floor(performance.now() * 1000)}`;
    this.watcher.publish(mark, '');
    await until(() => this.seen.includes(mark));
  }

  private countOf(subject: string): number {
    return this.seen.filter((one) => one === subject).length;
  }
}
