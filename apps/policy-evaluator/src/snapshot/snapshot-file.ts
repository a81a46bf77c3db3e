import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Logger, sha256Hex, writeWhole } from '#platform';
import { z } from 'zod';

/** Raised when the same logs give another state than they gave to earlier builds. */
const FORMAT = 2;

const Snapshot = z.object({
  format: z.literal(FORMAT),
  /** Which share of the agents it is about, `1/2`. */
  partition: z.string(),
  /** Of which control log. */
  incarnation: z.string().nullable(),
  /** The last sequence of each log that is in the state. */
  positions: z.object({
    CONTROL: z.number().int().nonnegative(),
    ACTIVITY: z.number().int().nonnegative(),
    SIGNALS: z.number().int().nonnegative(),
    SESSIONS: z.number().int().nonnegative(),
  }),
  marks: z.array(z.tuple([z.number(), z.number()])),
  state: z.array(z.unknown()),
});
export type Snapshot = z.infer<typeof Snapshot>;

/** The state of an evaluator on its disk, with a checksum: what was damaged is not used. */
export class SnapshotFile {
  readonly path: string;

  constructor(
    directory: string,
    private readonly partition: string,
    private readonly log: Logger,
  ) {
    this.path = join(directory, 'snapshot.json');
  }

  /** `null`: there is none that can be used, so everything is read again. */
  async load(): Promise<Snapshot | null> {
    const text = await readFile(this.path, 'utf8').catch(() => null);
    if (text === null) return null;
    const snapshot = parsed(text);
    if (snapshot === null) return this.unused('it is damaged, or of another build');
    if (snapshot.partition === this.partition) return snapshot;
    return this.unused(`it is of partition ${snapshot.partition}, this is ${this.partition}`);
  }

  async save(snapshot: Omit<Snapshot, 'format' | 'partition'>): Promise<void> {
    const content = JSON.stringify({ format: FORMAT, partition: this.partition, ...snapshot });
    await writeWhole(this.path, `${sha256Hex(content)}\n${content}`);
  }

  /** It cannot be gone on from. */
  async forget(why: string): Promise<void> {
    this.unused(why);
    await rm(this.path, { force: true });
  }

  unused(why: string): null {
    this.log.warn({ file: this.path }, `the snapshot is not used: ${why}; the logs are read again`);
    return null;
  }
}

const parsed = (text: string): Snapshot | null => {
  const end = text.indexOf('\n');
  const content = text.slice(end + 1);
  if (sha256Hex(content) !== text.slice(0, end)) return null;
  const snapshot = Snapshot.safeParse(JSON.parse(content));
  return snapshot.success ? snapshot.data : null;
};
