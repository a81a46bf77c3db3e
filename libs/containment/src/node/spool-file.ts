import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { SignedOrder, Spool } from '#domain';
import { writeWhole, type Logger } from '#platform';
import { DamagedDataError } from '../keys/identity-file.js';
import { eventTextOf } from '../wire/order-event.js';
import { lineOf, readSpool, type SpoolLine } from './spool-lines.js';

const RETRY_MS = 250;
/** After so many lines the file is written anew with what still counts. */
const LINES_MAX = 10_000;
const CURE =
  'It may hold stops that the control log does not have yet: restore it from a backup, or move the whole directory ' +
  'away, and this node starts as a new one without them';

/**
 * A control node's orders on its own disk until the log has them. An append-only file: what comes while one write is
 * under way goes to the disk together with the next.
 */
export class SpoolFile {
  private queue: { readonly text: string; done(): void }[] = [];
  private running: Promise<void> | null = null;
  private closed = false;

  private readonly standing: Map<string, string>;
  private incarnation: string | null;
  private lines = 0;
  private failing = false;

  private constructor(
    private readonly file: string,
    readonly kept: Spool,
    private handle: FileHandle,
    private readonly logger: Logger,
  ) {
    this.standing = standingOf(kept);
    this.incarnation = kept.incarnation;
  }

  /** @throws DamagedDataError when a line in its middle cannot be read; a torn end was never acknowledged. */
  static async open(directory: string, logger: Logger): Promise<SpoolFile> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = join(directory, 'spool.log');
    const text = await textOf(file);
    const kept = readSpool(text);
    if (kept === null) throw new DamagedDataError(file, 'a line in it is damaged', CURE);
    await writeWhole(file, wholeOf(kept.incarnation, standingOf(kept)));
    return new SpoolFile(file, kept, await open(file, 'a', 0o600), logger);
  }

  /** Whether the last write came to the disk. */
  get isWritable(): boolean {
    return !this.failing;
  }

  /** Orders that the log does not have yet. */
  get size(): number {
    return this.standing.size;
  }

  /** Resolves when the order is on the disk; a disk that refuses is tried again. */
  add(signed: SignedOrder): Promise<void> {
    const event = eventTextOf(signed);
    this.standing.set(signed.order.orderId, event);
    return this.append({ add: event });
  }

  /** The log has it. */
  remove(orderId: string): void {
    if (this.standing.delete(orderId)) void this.append({ gone: orderId });
  }

  remember(incarnation: string): void {
    this.incarnation = incarnation;
    void this.append({ log: incarnation });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.running;
    await this.handle.close();
  }

  private append(line: SpoolLine): Promise<void> {
    return new Promise((done) => {
      this.queue.push({ text: lineOf(line), done });
      this.running ??= this.run();
    });
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.queue;
      this.queue = [];
      if (await this.write(batch.map(({ text }) => text))) {
        for (const { done } of batch) done();
        continue;
      }
      this.queue = [...batch, ...this.queue];
      if (this.closed) break;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    this.running = null;
  }

  private async write(texts: readonly string[]): Promise<boolean> {
    try {
      if (this.lines > LINES_MAX) await this.compact();
      await this.handle.appendFile(texts.join(''));
      await this.handle.datasync();
      this.lines += texts.length;
      this.failing = false;
      return true;
    } catch (error) {
      this.logger.error({ err: error }, 'the spool cannot be written; trying again');
      // A part of it may be in the file, in front of what comes next: only a whole new file is sure.
      this.lines = LINES_MAX + 1;
      this.failing = true;
      return false;
    }
  }

  private async compact(): Promise<void> {
    await writeWhole(this.file, wholeOf(this.incarnation, this.standing));
    const before = this.handle;
    this.handle = await open(this.file, 'a', 0o600);
    this.lines = 0;
    await before.close();
  }
}

const standingOf = ({ orders }: Spool): Map<string, string> =>
  new Map(orders.map((signed) => [signed.order.orderId, eventTextOf(signed)]));

const textOf = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new DamagedDataError(file, (error as Error).message, CURE);
  }
};

const wholeOf = (incarnation: string | null, standing: ReadonlyMap<string, string>): string => {
  const log: SpoolLine[] = incarnation === null ? [] : [{ log: incarnation }];
  const adds = [...standing.values()].map((event): SpoolLine => ({ add: event }));
  return [...log, ...adds].map(lineOf).join('');
};
