import { join } from 'node:path';
import { UsageError } from '../arguments/usage-error.js';
import type { Flags } from '../arguments/flags.js';
import type { Terminal } from '../terminal.js';

/** Where the mesh is, and who asks. */
export interface Home {
  readonly baseUrls: readonly string[];
  readonly apiKey: string;
  /** The caller's own org and workspace, for bare names; `null` where they are not known. */
  readonly org: string | null;
  readonly workspace: string | null;
}

/** What a mesh on this machine left in its data directory. */
interface LocalMesh {
  readonly urls: readonly string[];
  readonly adminKey: string | null;
  readonly operatorKey: string | null;
  readonly org: string | null;
  readonly workspace: string | null;
}

const DEFAULT_URL = 'http://127.0.0.1:4600';

/**
 * Finds the mesh: flags first, then ESTOP_URL and ESTOP_API_KEY, then the mesh that was started in this directory
 * (`.estop`, or ESTOP_DATA_DIR). A key from elsewhere is never combined with the org of the local mesh.
 */
export const findHome = async (
  flags: Flags,
  terminal: Terminal,
  needs: 'operator' | 'admin',
): Promise<Home> => {
  const local = await readLocalMesh(terminal);
  const given = flags.text('key') ?? filled(terminal.env.ESTOP_API_KEY);
  const own = given === null ? local : { org: null, workspace: null };
  return {
    baseUrls: urlsOf(flags, terminal, local),
    apiKey: given ?? localKey(local, needs),
    org: filled(terminal.env.ESTOP_ORG) ?? own.org,
    workspace: filled(terminal.env.ESTOP_WORKSPACE) ?? own.workspace,
  };
};

const localKey = (local: LocalMesh, needs: 'operator' | 'admin'): string => {
  const key = needs === 'admin' ? local.adminKey : (local.operatorKey ?? local.adminKey);
  if (key !== null) return key;
  throw new UsageError(
    'no mesh and no key to talk to one',
    'Start a mesh here with "estop up", or set ESTOP_URL and ESTOP_API_KEY (or --url and --key).',
  );
};

const urlsOf = (flags: Flags, terminal: Terminal, local: LocalMesh): readonly string[] => {
  const given = flags.text('url') ?? filled(terminal.env.ESTOP_URL);
  const urls = given === null ? local.urls : given.split(',').map((url) => url.trim());
  for (const url of urls)
    if (!/^https?:\/\/[^/]/.test(url))
      throw new UsageError(`not the address of a gateway: ${url}`, `It looks like ${DEFAULT_URL}`);
  return urls.length === 0 ? [DEFAULT_URL] : urls;
};

const readLocalMesh = async (terminal: Terminal): Promise<LocalMesh> => {
  const directory = filled(terminal.env.ESTOP_DATA_DIR) ?? '.estop';
  const read = async (name: string): Promise<Record<string, unknown>> => {
    const text = await terminal.readFile(join(directory, name));
    try {
      return text === null ? {} : (JSON.parse(text) as Record<string, unknown>);
    } catch {
      return {};
    }
  };
  const [credentials, mesh] = await Promise.all([read('credentials.json'), read('mesh.json')]);
  const gateways = Array.isArray(mesh.gateways) ? (mesh.gateways as { url?: unknown }[]) : [];
  const urls = [...gateways.map(({ url }) => url), mesh.command_api];
  return {
    urls: urls.filter((url): url is string => typeof url === 'string'),
    adminKey: filled(credentials.admin_key),
    operatorKey: filled(credentials.operator_key),
    org: filled(credentials.org),
    workspace: filled(credentials.workspace),
  };
};

const filled = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
