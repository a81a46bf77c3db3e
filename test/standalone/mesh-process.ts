import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf, isRunning, projectRoot, type ProcessIdentity } from '#embedded';
import { until } from '#testing';

/** The line of `--json`. */
export interface ReadyLine {
  readonly ready: true;
  readonly gateways: readonly {
    readonly id: string;
    readonly region: string;
    readonly url: string;
  }[];
  readonly command_api: string;
  readonly command_apis: readonly string[];
  readonly dashboard: string | null;
  readonly nats: string;
  readonly credentials: string;
}

const MAIN = join(projectRoot(), 'dist', 'apps', 'standalone', 'src', 'main.js');
const READY_MS = 40_000;

const cleanEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(ESTOP_|JEST_|NODE_OPTIONS)/.test(name)),
  );

/** `estop up` as a process of its own, the leader of its own process group. */
export class MeshProcess {
  stdout = '';
  stderr = '';
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [MAIN, ...args], {
      detached: true,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exited = new Promise((resolve) => this.child.once('close', (code) => resolve(code)));
  }

  async ready(): Promise<ReadyLine> {
    const line = await until(() => /^.*(?=\n)/.exec(this.stdout)?.[0], {
      timeoutMs: READY_MS,
      everyMs: 50,
      what: 'the ready line',
    }).catch((error: Error) => {
      throw new Error(`${error.message}; it said: ${this.stderr}`);
    });
    return JSON.parse(line) as ReadyLine;
  }

  /** A signal to the whole process group, as a terminal's Ctrl+C; answers the milliseconds until it ended. */
  async signalGroup(signal: NodeJS.Signals): Promise<number> {
    const sinceMs = performance.now();
    process.kill(-(this.child.pid as number), signal);
    await this.exited;
    return performance.now() - sinceMs;
  }

  /** Everything that runs for a data directory, as the supervisor recorded it. */
  static processesOf(dataDir: string): (ProcessIdentity & { name: string })[] {
    return JSON.parse(readFileSync(join(dataDir, 'processes.json'), 'utf8')) as (ProcessIdentity & {
      name: string;
    })[];
  }

  /** Waits until none of them runs any more, and names those that still do. */
  static async allGone(processes: readonly (ProcessIdentity & { name: string })[]): Promise<void> {
    const left = () => processes.filter((one) => isRunning(one)).map(({ name }) => name);
    await until(() => left().length === 0, {
      timeoutMs: 3000,
      what: `the end of ${left().join(', ')}`,
    });
  }

  identity(): ProcessIdentity {
    return identityOf(this.child.pid as number) as ProcessIdentity;
  }
}
