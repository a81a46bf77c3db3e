/** Small durable values with compare-and-set, for idempotency records. Values expire by the bucket's time to live. */
export interface KeyValue {
  get(key: string): Promise<{ value: string; revision: number } | null>;
  /** `null` when the key exists already. */
  create(key: string, value: string): Promise<{ revision: number } | null>;
  /** `null` when the revision is not the last. */
  update(key: string, value: string, revision: number): Promise<{ revision: number } | null>;
}
