import type { Evidence } from '#contracts';

/** What a meter has to say about its limit. */
export interface Finding {
  /** Measured over limit: above 1 the rule is breached. `Infinity` where there is no limit to come near to. */
  readonly share: number;
  /** Tells breaches of one rule by one agent from each other: its session, its signal; `''`: there is but one. */
  readonly key: string;
  /** When it happened, by the log's clock. */
  readonly atMs: number;
  /** Milliseconds after which it is over by itself; `null`: that cannot be said. */
  overInMs(): number | null;
  evidence(): Evidence;
}

export const NOTHING: readonly Finding[] = [];

const EMPTY: Evidence = {
  condition: '',
  measured: null,
  limit: null,
  window: null,
  samples: null,
  subject: null,
  says: '',
};

/** For what does not pass by waiting. */
export const never = (): null => null;

const SAYS_MAX = 500;
const SUBJECT_MAX = 300;

export const evidence = (
  of: Partial<Evidence> & Pick<Evidence, 'condition' | 'says'>,
): Evidence => ({
  ...EMPTY,
  ...of,
  says: of.says.slice(0, SAYS_MAX),
  subject: of.subject?.slice(0, SUBJECT_MAX) ?? null,
});
