import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole, type Logger } from '#platform';

const Place = z.number().int().nonnegative();
const PlacesFile = z.object({
  incarnation: z.string().nullable(),
  CONTROL: Place,
  ACTIVITY: Place,
});
type PlacesFile = z.infer<typeof PlacesFile>;
export type ReadStream = 'CONTROL' | 'ACTIVITY';

const NOWHERE: PlacesFile = { incarnation: null, CONTROL: 0, ACTIVITY: 0 };
const WRITE_EVERY_MS = 1_000;

/**
 * How far each log was told, on the disk. It saves work: without it the last days are read again, and what was told already
 * has its notice, so nobody is told twice.
 */
export class Places {
  private written: string;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly file: string,
    private readonly places: PlacesFile,
    private readonly log: Logger,
  ) {
    this.written = JSON.stringify(places);
  }

  static async open(directory: string, log: Logger): Promise<Places> {
    const file = join(directory, 'places.json');
    const text = await readFile(file, 'utf8').catch(() => null);
    return new Places(file, { ...(text === null ? NOWHERE : parsed(text)) }, log);
  }

  at(stream: ReadStream): number {
    return this.places[stream];
  }

  /** Places of another log mean nothing. */
  belongTo(incarnation: string): void {
    if (this.places.incarnation === incarnation) return;
    Object.assign(this.places, NOWHERE, { incarnation });
  }

  reached(stream: ReadStream, sequence: number): void {
    this.places[stream] = Math.max(this.places[stream], sequence);
    this.timer ??= setTimeout(() => void this.save(), WRITE_EVERY_MS);
  }

  /** On the disk when this resolves. A disk that does not take it costs a longer start, so it is only told. */
  save(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  private async write(): Promise<void> {
    const text = JSON.stringify(this.places);
    if (text === this.written) return;
    try {
      await writeWhole(this.file, text);
      this.written = text;
    } catch (error) {
      this.log.warn({ err: error }, 'how far the logs were read could not be written');
    }
  }
}

const parsed = (text: string): PlacesFile => {
  try {
    return PlacesFile.parse(JSON.parse(text));
  } catch {
    return NOWHERE;
  }
};
