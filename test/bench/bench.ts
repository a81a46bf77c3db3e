import type { Judgement } from './judging.js';

/** What may be asked of a bench; `null`: its own default. */
export interface Settings {
  readonly rounds: number | null;
  readonly minutes: number | null;
}

/** What a bench found. */
export interface Outcome {
  /** For programs. */
  readonly report: object;
  /** For people, as Markdown: the rows are pasted into `docs/performance.md`. */
  readonly table: string;
  readonly judged: readonly Judgement[];
  /** Why these figures count nothing; `null`: they count. */
  readonly void: string | null;
}

export interface Bench {
  /** With its defaults, on two cores. */
  readonly takes: string;
  run(settings: Settings): Promise<Outcome>;
}

export const onRound = (done: number, of: number): void =>
  void process.stderr.write(`\r  round ${done} of ${of} ${done === of ? '\n' : ''}`);
