import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';

const SIZE_MAX = 10 * 1024 * 1024;
const LAST_WORDS = 4000;

/** What a service writes, in a file that is turned over at 10 MB; the one before is kept. */
export class ServiceLog {
  private file: number;
  private size: number;
  private words = '';

  constructor(private readonly path: string) {
    this.file = openSync(path, 'a', 0o600);
    this.size = fstatSync(this.file).size;
  }

  follow(stream: Readable): void {
    stream.on('data', (chunk: Buffer) => this.write(chunk));
  }

  /** The end of what it wrote since this supervisor started, for a message. */
  lastWords(lines = 5): string {
    return this.words.trim().split('\n').slice(-lines).join('\n');
  }

  forgetWords(): void {
    this.words = '';
  }

  close(): void {
    closeSync(this.file);
  }

  private write(chunk: Buffer): void {
    this.words = (this.words + chunk.toString()).slice(-LAST_WORDS);
    try {
      if (this.size > SIZE_MAX) this.turnOver();
      this.size += writeSync(this.file, chunk);
    } catch {
      // A full disk must not take the mesh down: the line is lost, the service goes on.
    }
  }

  private turnOver(): void {
    closeSync(this.file);
    renameSync(this.path, `${this.path}.1`);
    this.file = openSync(this.path, 'a', 0o600);
    this.size = 0;
  }
}
