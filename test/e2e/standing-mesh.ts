import { readdirSync, readFileSync } from 'node:fs';
import { identityOf, signalProcess, type ProcessIdentity } from '#embedded';
import { temporaryDirectory, until } from '#testing';
import { MeshProcess, type ReadyLine } from '../standalone/mesh-process.js';

/** What came back of one request; `status` 0 when nobody answered. */
export interface Reply {
  readonly status: number;
  /** The problem's code, `null` for a success. */
  readonly code: string | null;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- looked into as it is, as a stranger would
  readonly body: any;
  readonly tookMs: number;
}

export interface Ask {
  readonly key: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const NO_ANSWER_MS = 20_000;
const HEALED_MS = 15_000;

/** `call(url, 'POST /v1/intents', …)`: never throws, and never waits for more than 20 s. */
export const call = async (base: string, route: string, ask: Ask): Promise<Reply> => {
  const [method, path] = route.split(' ') as [string, string];
  const sinceMs = performance.now();
  const took = () => performance.now() - sinceMs;
  try {
    const response = await fetch(base + path, {
      method,
      headers: { 'x-api-key': ask.key, 'content-type': 'application/json', ...ask.headers },
      signal: AbortSignal.timeout(NO_ANSWER_MS),
      body: ask.body === undefined ? null : JSON.stringify(ask.body),
    });
    const body = parsed(await response.text());
    return { status: response.status, code: body?.error?.code ?? null, body, tookMs: took() };
  } catch {
    return { status: 0, code: null, body: null, tookMs: took() };
  }
};

const parsed = (text: string): Reply['body'] => (text === '' ? null : JSON.parse(text));

/** A mesh as `npm start` brings it up, whose processes can be killed, frozen and waited for by name. */
export class StandingMesh {
  readonly dataDir: string;
  process: MeshProcess;
  ready!: ReadyLine;
  private keys: Readonly<Record<string, string>> = {};
  private readonly args: readonly string[];

  constructor(name: string, gatewaysPerRegion = 1, more: readonly string[] = []) {
    this.dataDir = temporaryDirectory(name);
    this.args = [
      ...['--json', '--port', '0', '--data-dir', this.dataDir],
      ...['--gateways-per-region', String(gatewaysPerRegion)],
      ...more,
    ];
    this.process = new MeshProcess(this.args);
  }

  async start(): Promise<void> {
    this.ready = await this.process.ready();
    this.keys = JSON.parse(readFileSync(this.ready.credentials, 'utf8')) as Record<string, string>;
  }

  /** Another supervisor on the same data, after the first is gone. */
  async startAgain(): Promise<void> {
    this.process = new MeshProcess(this.args);
    await this.start();
  }

  /** For `afterAll`, whatever has happened: nothing stays behind. */
  async end(): Promise<void> {
    const { child } = this.process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    for (const one of this.all()) signalProcess(one, 'SIGCONT');
    await this.process.signalGroup('SIGTERM');
  }

  key(role: 'admin' | 'operator' | 'viewer'): string {
    return this.keys[`${role}_key`] as string;
  }

  get gateways(): readonly string[] {
    return this.ready.gateways.map(({ url }) => url);
  }

  all() {
    return MeshProcess.processesOf(this.dataDir);
  }

  /** @throws Error when no such process is listed. */
  find(name: string): ProcessIdentity {
    const found = this.all().find((one) => one.name === name);
    if (found === undefined) throw new Error(`${name} is not on the list`);
    return found;
  }

  signal(name: string, signal: NodeJS.Signals): void {
    const process = this.find(name);
    for (const one of [process, ...childrenOf(process.pid)]) signalProcess(one, signal);
  }

  /** SIGKILL to a process; answers how long it took until its successor and the services were ready. */
  async crash(name: string, services = this.services): Promise<number> {
    const { pid } = this.find(name);
    const sinceMs = performance.now();
    signalProcess(this.find(name), 'SIGKILL');
    await until(() => this.all().some((one) => one.name === name && one.pid !== pid), {
      what: `another ${name}`,
      timeoutMs: HEALED_MS,
    });
    await this.healed(services);
    return performance.now() - sinceMs;
  }

  /** SIGKILL to every process at once. */
  async powerCut(): Promise<void> {
    const all = [this.process.identity(), ...this.all()];
    for (const one of all) signalProcess(one, 'SIGKILL');
    await this.process.exited;
  }

  /** The embedded servers stay away for as long as the supervisor is frozen. */
  async away<T>(name: string, during: () => Promise<T>): Promise<T> {
    const supervisor = this.process.identity();
    signalProcess(supervisor, 'SIGSTOP');
    signalProcess(this.find(name), 'SIGKILL');
    try {
      return await during();
    } finally {
      signalProcess(supervisor, 'SIGCONT');
    }
  }

  /** A process, with its children, that is there and does nothing. */
  async frozen<T>(name: string, during: () => Promise<T>): Promise<T> {
    this.signal(name, 'SIGSTOP');
    try {
      return await during();
    } finally {
      this.signal(name, 'SIGCONT');
    }
  }

  /** The processes of the command APIs. */
  get nodes(): readonly string[] {
    return this.all()
      .map(({ name }) => name)
      .filter((name) => name.startsWith('command-api '));
  }

  get services(): readonly string[] {
    return [...this.gateways, ...this.ready.command_apis];
  }

  /** All gateways and the command API, or those named, say that they are ready. */
  async healed(services = this.services): Promise<void> {
    const statuses = () =>
      Promise.all(
        services.map(async (url) => (await call(url, 'GET /readyz', { key: 'none' })).status),
      );
    await until(async () => (await statuses()).every((status) => status === 200), {
      what: 'every service to be ready',
      timeoutMs: HEALED_MS,
    });
  }

  admin(route: string, body?: unknown): Promise<Reply> {
    return this.as('admin', route, body);
  }

  as(role: 'admin' | 'operator' | 'viewer', route: string, body?: unknown): Promise<Reply> {
    return call(this.gateways[0] as string, route, { key: this.key(role), body });
  }

  /** An agent of acme/production; answers its key. */
  async agent(name: string): Promise<string> {
    const place = { org_id: 'acme', workspace_id: 'production', name };
    const made = await this.admin('POST /v1/service-accounts', place);
    const { service_account_id } = made.body.service_account;
    const key = await this.admin(`POST /v1/service-accounts/${service_account_id}/keys`, {});
    return key.body.key.token as string;
  }
}

const parentOf = (pid: string): number | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
};

const childrenOf = (parent: number): ProcessIdentity[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map((pid) => identityOf(Number(pid)))
    .filter((one) => one !== null);

export const addressOf = (name: string): string => `agent://acme/production/${name}`;

/** As part of a path. */
export const encoded = (name: string): string => encodeURIComponent(addressOf(name));
