/** What happened, by true time; the checker reads along and names the invariant that broke. */
export interface Happening {
  readonly atMs: number;
  readonly who: string;
  readonly what: string;
}

export interface Violation {
  readonly atMs: number;
  readonly invariant: string;
  readonly detail: string;
}

const KEPT_MAX = 4_000;

/** Notes are kept only where somebody will read them; violations always. */
export class History {
  readonly happenings: Happening[] = [];
  readonly violations: Violation[] = [];
  /** Of everything that happened, in order: two runs of one seed must agree in it. */
  fingerprint = 0x811c9dc5;

  constructor(
    private readonly nowMs: () => number,
    private readonly keep: boolean,
  ) {}

  note(who: string, what: string): void {
    const atMs = this.nowMs();
    this.#stamp(`${atMs}|${who}|${what}`);
    if (!this.keep) return;
    this.happenings.push({ atMs, who, what });
    if (this.happenings.length > KEPT_MAX) this.happenings.splice(0, KEPT_MAX / 2);
  }

  violated(invariant: string, detail: string): void {
    this.note('checker', `${invariant} BROKEN: ${detail}`);
    this.violations.push({ atMs: this.nowMs(), invariant, detail });
  }

  #stamp(text: string): void {
    let hash = this.fingerprint;
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    this.fingerprint = hash >>> 0;
  }
}
