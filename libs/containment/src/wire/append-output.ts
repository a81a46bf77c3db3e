import type { AppendAnswer, AppendOutput, LogFact } from '#domain';
import { WrongSequenceError, type RawAppend, type RawLog } from '#event-store';
import { injectTrace } from '#platform';

/** Echoes are forgotten by the log after so long. */
const ECHO_TTL_SECONDS = 5;
const TIMEOUT_MS = 2_000;

/** How a fact of the protocol is written down; `id` is the event's, or `null` for what may repeat. */
export interface WrittenFact {
  readonly subject: string;
  readonly text: string;
  readonly id: string | null;
}

export type WriteFact = (fact: LogFact) => WrittenFact;

/** Makes one append of the protocol, in one try: whatever goes wrong, the protocol decides when to try again. */
export const appendOutput = async (
  log: RawLog,
  { fact, expect }: AppendOutput,
  write: WriteFact,
): Promise<AppendAnswer> => {
  try {
    const { subject, text, id } = write(fact);
    const request: RawAppend = {
      subject,
      text,
      messageId: id,
      expectLastSubjectSequence: expect,
      timeoutMs: TIMEOUT_MS,
      // Of the command that it came from, where it is appended at once.
      headers: injectTrace(),
      ...(fact.kind === 'echo' ? { ttlSeconds: ECHO_TTL_SECONDS } : {}),
    };
    const { sequence, duplicate } = await log.append(request);
    // A sequence of an earlier try proves nothing about where the log is now.
    return duplicate ? { outcome: 'exists' } : { outcome: 'stored', sequence };
  } catch (error) {
    return { outcome: error instanceof WrongSequenceError ? 'exists' : 'failed' };
  }
};
