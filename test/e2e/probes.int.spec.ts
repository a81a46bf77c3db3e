import { jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signalProcess } from '#embedded';
import { temporaryDirectory, until } from '#testing';
import { MeshProcess, type ReadyLine } from '../standalone/mesh-process.js';

const dataDir = temporaryDirectory('probes');
const WITHIN = { timeoutMs: 20_000, everyMs: 100 };

interface Readyz {
  readonly status: 'ok' | 'unavailable';
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly detail?: string;
  }[];
}

let mesh: MeshProcess;
let ready: ReadyLine;
let services: Record<'gateway' | 'commandApi' | 'projector', string>;

jest.setTimeout(90_000);

beforeAll(async () => {
  mesh = new MeshProcess([
    ...['--json', '--port', '0', '--data-dir', dataDir],
    ...['--regions', 'us-east', '--gateways-per-region', '1'],
  ]);
  ready = await mesh.ready();
  const file = JSON.parse(readFileSync(join(dataDir, 'mesh.json'), 'utf8')) as {
    audit_projector: string;
  };
  services = {
    gateway: ready.gateways[0]?.url as string,
    commandApi: ready.command_api,
    projector: file.audit_projector,
  };
});
afterAll(async () => {
  if (mesh?.child.exitCode === null) await mesh.signalGroup('SIGTERM');
});

const statusOf = async (url: string, probe: string): Promise<number> => {
  const response = await fetch(`${url}/${probe}`);
  await response.arrayBuffer();
  return response.status;
};

const readyz = async (
  url: string,
): Promise<{ status: number; failing: Record<string, string> }> => {
  const response = await fetch(`${url}/readyz`);
  const { checks } = (await response.json()) as Readyz;
  const failing = checks.filter(({ ok }) => !ok).map(({ name, detail = '' }) => [name, detail]);
  return {
    status: response.status,
    failing: Object.fromEntries(failing) as Record<string, string>,
  };
};

const isGreen = async (url: string): Promise<boolean> => (await readyz(url)).status === 200;

/** Waits until `/readyz` is red for all of these reasons. */
const redFor = (url: string, reasons: Readonly<Record<string, RegExp>>): Promise<boolean> =>
  until(
    async () => {
      const { status, failing } = await readyz(url);
      return (
        status === 503 &&
        Object.entries(reasons).every(([name, it]) => it.test(failing[name] ?? ''))
      );
    },
    { ...WITHIN, what: `${url}/readyz red for ${Object.values(reasons).join()}` },
  );

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** A server that is there, with its children, and does nothing. */
const frozen = async (name: string, during: () => Promise<void>): Promise<void> => {
  const server = MeshProcess.processesOf(dataDir).find((one) => one.name === name);
  if (server === undefined) throw new Error(`${name} does not run`);
  const children = childrenOf(server.pid);
  const all = (signal: NodeJS.Signals): void => {
    signalProcess(server, signal);
    for (const pid of children) process.kill(pid, signal);
  };
  all('SIGSTOP');
  try {
    await during();
  } finally {
    all('SIGCONT');
  }
};

const liveAndStarted = async (): Promise<void> => {
  for (const url of Object.values(services)) {
    expect([await statusOf(url, 'livez'), await statusOf(url, 'startupz')]).toEqual([200, 200]);
  }
};

it('a started mesh is alive, started and ready', async () => {
  await liveAndStarted();
  for (const url of Object.values(services))
    expect(await readyz(url)).toEqual({ status: 200, failing: {} });
});

it('without NATS nobody is ready, and each says so; all stay alive; it heals by itself', async () => {
  await frozen('nats-server', async () => {
    const away = { nats: /NATS cannot be reached/ };
    for (const url of Object.values(services)) await redFor(url, away);
    for (const url of [services.gateway, services.commandApi]) {
      const { failing } = await readyz(url);
      expect(failing.control_log).toMatch(/^not followed: in force up to \d+$/);
    }
    expect((await readyz(services.projector)).failing.control_projection).toBe(
      'the log cannot be followed',
    );
    await liveAndStarted();
  });
  for (const url of Object.values(services)) await until(() => isGreen(url), WITHIN);
});

it('without Postgres the projector is not ready, and says so; gateways and command API are', async () => {
  await frozen('postgres', async () => {
    await redFor(services.projector, {
      postgres: /Postgres cannot be reached|no answer within 1000 ms/,
    });
    expect(await isGreen(services.gateway)).toBe(true);
    expect(await isGreen(services.commandApi)).toBe(true);
    await liveAndStarted();
  });
  await until(() => isGreen(services.projector), WITHIN);
});
