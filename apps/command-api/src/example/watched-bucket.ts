import type { KeyValue } from '#event-store';

/** A bucket that remembers everything that was ever written into it. For specs. */
export class WatchedBucket implements KeyValue {
  readonly written: string[] = [];

  constructor(private readonly bucket: KeyValue) {}

  get(key: string): Promise<{ value: string; revision: number } | null> {
    return this.bucket.get(key);
  }

  create(key: string, value: string): Promise<{ revision: number } | null> {
    this.written.push(value);
    return this.bucket.create(key, value);
  }

  update(key: string, value: string, revision: number): Promise<{ revision: number } | null> {
    this.written.push(value);
    return this.bucket.update(key, value, revision);
  }
}
