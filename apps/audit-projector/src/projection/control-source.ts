import { KEY_SUBJECTS, SignatureCheck, type WrittenControl } from '#containment';
import { CONTROL_FILTER } from '#contracts';
import { projectControl } from '#domain';
import type { EventStore } from '#event-store';
import { type LogSource, sourceOf } from './log-source.js';

/** The control log, with what gateways and nodes refuse of it told from what counts. */
export const controlSource = (store: EventStore<WrittenControl>): LogSource =>
  sourceOf({
    stream: 'CONTROL',
    store,
    everything: CONTROL_FILTER,
    begin: async (fromSequence, ended) => {
      const check = new SignatureCheck();
      if (fromSequence > 1) await readKeys({ store, check, before: fromSequence, ended });
      return ({ event, text }, { sequence, subject }) =>
        projectControl(sequence, event, check.read(event, { subject, text }));
    },
  });

interface KeyReading {
  readonly store: EventStore<WrittenControl>;
  readonly check: SignatureCheck;
  readonly before: number;
  readonly ended: AbortSignal;
}

/** Through a consumer, which no replica that lags behind answers: a key that is missing makes a forgery of what it signed. */
const readKeys = async ({ store, check, before, ended }: KeyReading): Promise<void> => {
  const following = store.follow({
    filters: KEY_SUBJECTS,
    onEvents: (found) => {
      for (const { sequence, subject, decoded } of found) {
        if (sequence >= before || !decoded.known) continue;
        check.read(decoded.event.event, { subject, text: decoded.event.text });
      }
    },
  });
  try {
    await Promise.race([following.caughtUp, following.failed, endOf(ended)]);
  } finally {
    await following.stop();
  }
};

const endOf = (ended: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const end = (): void => reject(new Error('nobody waits for the keys of the log any more'));
    if (ended.aborted) end();
    else ended.addEventListener('abort', end, { once: true });
  });
