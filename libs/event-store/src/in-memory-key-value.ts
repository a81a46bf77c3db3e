import type { KeyValue } from './key-value.port.js';

/** {@link KeyValue} in memory, for specs. */
export class InMemoryKeyValue implements KeyValue {
  private readonly entries = new Map<string, { value: string; revision: number }>();
  private revisions = 0;

  async get(key: string): Promise<{ value: string; revision: number } | null> {
    return this.entries.get(key) ?? null;
  }

  async create(key: string, value: string): Promise<{ revision: number } | null> {
    return this.entries.has(key) ? null : this.put(key, value);
  }

  async update(key: string, value: string, revision: number): Promise<{ revision: number } | null> {
    return (this.entries.get(key)?.revision ?? 0) === revision ? this.put(key, value) : null;
  }

  private put(key: string, value: string): { revision: number } {
    this.revisions += 1;
    this.entries.set(key, { value, revision: this.revisions });
    return { revision: this.revisions };
  }
}
