import { writeWhole } from '#platform';

export interface LatestWriterOptions {
  readonly file: string;
  /** On the disk, this write and all before it. */
  onWritten(write: number): void;
  /** The disk refused; the same content is tried again. */
  onFailed(error: unknown): void;
}

const RETRY_MS = 250;

/**
 * Keeps one small file up to date, one write at a time. What is asked for while one is under way waits, and only the last
 * of it is written: it stands for all before it.
 */
export class LatestWriter {
  private waiting: { readonly text: () => string; readonly write: number } | null = null;
  private running: Promise<void> | null = null;
  private closed = false;

  constructor(private readonly options: LatestWriterOptions) {}

  write(write: number, text: () => string): void {
    this.waiting = { write, text };
    this.running ??= this.run();
  }

  /** Resolves when everything that was asked for is on the disk, or the disk refuses it once more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.waiting !== null) {
      const { write, text } = this.waiting;
      this.waiting = null;
      try {
        await writeWhole(this.options.file, text());
        this.options.onWritten(write);
      } catch (error) {
        this.options.onFailed(error);
        this.waiting ??= { write, text };
        if (this.closed) break;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.running = null;
  }
}
