import { clock } from './words.js';

/** The last act that a gateway let out before a stop. */
export interface LastOut {
  /** `null`: nothing went out in the time that the gateway remembers. */
  readonly at: string | null;
  readonly act: unknown;
  readonly subject: string | null;
  readonly lastHour: number;
}

/** What went out before, in half a sentence. */
export const beforeText = ({ at, act, subject, lastHour }: LastOut): string =>
  at === null
    ? 'nothing had gone out'
    : `last out ${clock(at)} ${[act, subject].filter(Boolean).join(' ')}, ${lastHour} in the hour before`;
