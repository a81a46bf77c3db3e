import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runEpisode } from './episode/episode.js';
import { raiseFleet, type Fleet } from './mesh/fleet.js';
import { LabMesh } from './mesh/lab-mesh.js';
import type { Topology } from './mesh/layout.js';
import { entryOf, isBroken, type Entry } from './report/report.js';
import { warmUp } from './mesh/warm-up.js';
import type { Row } from './rows/row.js';
import { nowMs } from './time.js';

export interface LabOptions {
  readonly rate: number;
  say(line: string): void;
}

interface Standing {
  readonly topology: Topology;
  readonly mesh: LabMesh;
  readonly fleet: Fleet;
}

const NOBODY: Fleet = { agents: [], targets: [], bystanders: [], secondAdminKey: '' };

const seconds = (sinceMs: number): string => `${((nowMs() - sinceMs) / 1000).toFixed(1)} s`;

/** Runs episodes one after the other on one mesh, and gets another mesh when one is spoilt. */
export class Lab {
  private standing: Standing | null = null;
  private dir: string | null = null;
  private keep = false;

  constructor(private readonly options: LabOptions) {}

  /** Never throws: what could not be run, or did not end, is an entry too. */
  async episode(row: Row, seed: number): Promise<Entry> {
    const notRun = (await row.impossible?.()) ?? null;
    if (notRun !== null) {
      this.options.say(`${row.name}: NOT RUN: ${notRun}`);
      return this.blank(row, seed, { notRun });
    }
    try {
      return await this.perform(row, seed);
    } catch (error) {
      const failure = (error as Error).stack ?? String(error);
      this.options.say(`${row.name} (seed ${seed}): DID NOT END: ${failure}`);
      await this.spoilt();
      return this.blank(row, seed, { failure });
    }
  }

  private async perform(row: Row, seed: number): Promise<Entry> {
    const startedMs = nowMs();
    const { rate } = this.options;
    const entry = entryOf(
      await runEpisode({ row, ...(await this.mesh(row.topology ?? 'hub')), seed, rate }),
    );
    const word = isBroken(entry) ? 'BROKEN' : 'kept';
    this.options.say(`${row.name} (seed ${seed}): ${word}, ${seconds(startedMs)}`);
    for (const violation of entry.violations) this.options.say(violation);
    if (isBroken(entry)) await this.spoilt();
    else if (row.spoilsMesh === true) await this.clear();
    return entry;
  }

  /** Ends every process; the data goes too, unless something was broken on it. */
  async close(): Promise<void> {
    await this.clear();
  }

  private blank({ name }: Row, seed: number, why: Partial<Entry>): Entry {
    return {
      row: name,
      ...{ seed, seconds: 0, skipped: 0, figures: null, judged: {}, violations: [] },
      ...{ notRun: null, failure: null, ...why },
    };
  }

  private async mesh(topology: Topology): Promise<Standing> {
    if (this.standing !== null && this.standing.topology !== topology) await this.clear();
    if (this.standing !== null) {
      await this.standing.mesh.healed();
      return this.standing;
    }
    const startedMs = nowMs();
    this.dir = await mkdtemp(join(tmpdir(), 'estop-fault-lab-'));
    const mesh = await LabMesh.plan(this.dir, topology);
    this.standing = { topology, mesh, fleet: { ...NOBODY } };
    await mesh.start();
    const fleet = await raiseFleet(mesh);
    await warmUp(mesh, fleet.targets);
    this.standing = { topology, mesh, fleet };
    this.options.say(`a mesh is up, ${seconds(startedMs)}`);
    return this.standing;
  }

  private async spoilt(): Promise<void> {
    this.keep = true;
    await this.clear();
  }

  private async clear(): Promise<void> {
    const { standing, dir, keep } = this;
    [this.standing, this.dir, this.keep] = [null, null, false];
    await standing?.mesh.stop();
    if (dir === null) return;
    if (keep) this.options.say(`its data and logs are kept in ${dir}`);
    else await rm(dir, { recursive: true, force: true });
  }
}
