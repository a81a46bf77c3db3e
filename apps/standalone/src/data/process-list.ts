import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { endProcess, identityOf, type ProcessIdentity } from '#embedded';
import type { DataDirectory } from './data-directory.js';

type Named = ProcessIdentity & { readonly name: string };

/** Postgres waits for its clients at SIGTERM; SIGINT lets it finish and end. */
const politely = (name: string): NodeJS.Signals => (name === 'postgres' ? 'SIGINT' : 'SIGTERM');
const PATIENCE_MS = 1500;

const readList = (file: string): Named[] => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Named[];
  } catch {
    return [];
  }
};

const argumentsOf = (pid: string): string[] => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
};

const numbersOf = (directory: string): string[] => {
  try {
    return readdirSync(directory).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
};

/** What is configured or kept below our directory is ours. */
const serverOf = (argument: string, data: DataDirectory): string | null => {
  if (argument === join(data.postgres, 'data')) return 'postgres';
  const isNats = argument.startsWith(data.nats + sep) && basename(argument) === 'nats.conf';
  return isNats ? 'nats-server' : null;
};

/** Servers that were started between two writes of the list: they name our directory in their arguments. */
const unlisted = (data: DataDirectory): Named[] =>
  numbersOf('/proc').flatMap((pid) => {
    const name = argumentsOf(pid)
      .map((argument) => serverOf(argument, data))
      .find((found) => found !== null);
    const identity = name === undefined ? null : identityOf(Number(pid));
    return identity === null || !name ? [] : [{ ...identity, name }];
  });

/**
 * Ends what a supervisor that was killed left running on this directory. Each process is known by its number and the
 * moment it started, so none of anybody else's is ever hit.
 *
 * @returns the names of those that were found running
 */
export const endLeftOvers = async (data: DataDirectory): Promise<string[]> => {
  const listed = readList(data.processes);
  const known = new Set(listed.map(({ pid }) => pid));
  const all = [...listed, ...unlisted(data).filter(({ pid }) => !known.has(pid))];
  const running = all.filter(({ pid, startedAt }) => identityOf(pid)?.startedAt === startedAt);
  await Promise.all(
    running.map((one) => endProcess(one, { polite: politely(one.name), patienceMs: PATIENCE_MS })),
  );
  rmSync(data.processes, { force: true });
  return running.map(({ name }) => name);
};

/** The list of what runs now, on disk before anybody waits for it. */
export class ProcessList {
  private readonly running = new Map<string, Named>();

  constructor(private readonly file: string) {}

  add(name: string, identity: ProcessIdentity): void {
    this.running.set(name, { ...identity, name });
    this.write();
  }

  /** Of exactly this process: a successor under the same name stays listed. */
  remove(name: string, identity: ProcessIdentity): void {
    if (this.running.get(name)?.pid !== identity.pid) return;
    this.running.delete(name);
    this.write();
  }

  private write(): void {
    try {
      writeFileSync(`${this.file}.new`, JSON.stringify([...this.running.values()]), {
        mode: 0o600,
      });
      renameSync(`${this.file}.new`, this.file);
    } catch {
      // A full disk must not take the mesh down. An old list is safe: it names processes by their start as well.
    }
  }
}
