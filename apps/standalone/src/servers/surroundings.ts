import { isPortFree, type RunningServer } from '#embedded';
import type { DataDirectory } from '../data/data-directory.js';
import type { ProcessList } from '../data/process-list.js';
import type { ServersFile } from '../data/servers-file.js';
import type { Options } from '../options.js';
import { KeptServer } from './kept-server.js';

/** What a server needs to be started, listed and told of. */
export interface Surroundings {
  readonly data: DataDirectory;
  readonly servers: ServersFile;
  readonly processes: ProcessList;
  readonly options: Options;
  say(line: string): void;
}

/** The port of the last time when it is free, so that addresses stay the same; otherwise any. */
export const lastPort = async (port: number | null | undefined): Promise<number | null> =>
  typeof port === 'number' && (await isPortFree(port)) ? port : null;

export const keptServer = (
  name: string,
  around: Surroundings,
  start: (port: number | null) => Promise<RunningServer>,
): KeptServer =>
  new KeptServer({
    name,
    start,
    onStarted: (server) => around.processes.add(name, server.identity),
    onEnded: (server) => around.processes.remove(name, server.identity),
    say: around.say,
  });
