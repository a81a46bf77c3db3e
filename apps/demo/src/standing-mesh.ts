import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const Ready = z.object({
  ready: z.literal(true),
  gateways: z.array(z.object({ id: z.string(), region: z.string(), url: z.string() })).min(1),
  command_api: z.string(),
  credentials: z.string(),
});

const Credentials = z.object({
  admin_key: z.string(),
  operator_key: z.string(),
  viewer_key: z.string(),
  org: z.string(),
  workspace: z.string(),
});

export interface StandingMesh {
  readonly gateways: readonly { id: string; region: string; url: string }[];
  readonly command_api: string;
  readonly credentials: z.infer<typeof Credentials>;
  stop(): Promise<void>;
}

const STANDALONE = fileURLToPath(new URL('../../standalone/src/main.js', import.meta.url));

/** Starts a mesh of its own, in real processes on free ports, with its data under `dataDir`. */
export const startMesh = async (
  dataDir: string,
  regions: readonly string[],
  gatewaysPerRegion: number,
): Promise<StandingMesh> => {
  const child = spawn(
    process.execPath,
    [
      STANDALONE,
      '--json',
      ...['--port', '0'],
      ...['--data-dir', dataDir],
      ...['--regions', regions.join(',')],
      ...['--gateways-per-region', String(gatewaysPerRegion)],
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  const ready = Ready.parse(JSON.parse(await firstLine(child)));
  return {
    gateways: ready.gateways,
    command_api: ready.command_api,
    credentials: Credentials.parse(JSON.parse(await readFile(ready.credentials, 'utf8'))),
    stop: () => stop(child),
  };
};

const firstLine = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the mesh ended with exit code ${code}`)));
    const lines = createInterface({ input: child.stdout! });
    lines.once('line', (line) => resolve(line));
  });

const stop = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
