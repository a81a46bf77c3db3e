/** So many are remembered; of older ones the shared records know. */
const HEARD_MAX = 10_000;

/** The keys that this process heard lately, and what was asked with each. */
export class HeardKeys {
  private readonly fingerprints = new Map<string, string>();

  /** What was asked with this key before, here; what is asked first counts. */
  hear(key: string, fingerprint: string): 'new' | 'same' | 'other' {
    const before = this.fingerprints.get(key);
    if (before !== undefined) return before === fingerprint ? 'same' : 'other';
    this.fingerprints.set(key, fingerprint);
    const [oldest] = this.fingerprints.keys();
    if (this.fingerprints.size > HEARD_MAX && oldest !== undefined)
      this.fingerprints.delete(oldest);
    return 'new';
  }
}
