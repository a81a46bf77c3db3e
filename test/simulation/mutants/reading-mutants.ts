import type { Mutant } from './mutant.js';
import { anyEventIsTheFirst, gatewayReadsAnything, lastNeedNotBeShown } from './shared-edits.js';

/** Reading the log: gaps, and whether it is the log that was read before. */
export const readingMutants: readonly Mutant[] = [
  {
    name: 'no-gap-check',
    rule: "gaps are detected by the consumer's sequence",
    check: 'I7',
    edits: [
      {
        file: 'log-cursor.ts',
        find: 'return consumerSequence === this.#expected && !this.#beginsElsewhere(entry);',
        replace: 'return consumerSequence >= 0 && !this.#beginsElsewhere(entry);',
      },
    ],
  },
  {
    name: 'no-overlap',
    rule: 'a subscription begins with an event that was applied before',
    check: 'I5',
    edits: [
      {
        file: 'log-cursor.ts',
        find: 'return consumerSequence === this.#expected && !this.#beginsElsewhere(entry);',
        replace:
          'this.#isAwaited = false;\n    return consumerSequence === this.#expected && !this.#beginsElsewhere(entry);',
      },
    ],
  },
  {
    name: 'foreign-events-are-repeats',
    rule: 'another event where one was read before is a roll-back',
    check: 'I7',
    edits: [
      {
        file: 'log-cursor.ts',
        find: "if (this.#standsInPlace(entry)) return 'foreign';",
        replace: '',
      },
      lastNeedNotBeShown,
    ],
  },
  {
    name: 'an-echo-may-stand-for-an-event',
    rule: 'an echo where a lasting event was read is a roll-back',
    check: 'I7',
    edits: [
      {
        file: 'log-cursor.ts',
        find: 'if (!isLasting(entry)) return this.#marks.holds(entry.sequence);',
        replace: 'if (!isLasting(entry)) return false;',
      },
    ],
  },
  {
    name: 'a-lost-end-is-not-noticed',
    rule: 'a new consumer shows the last event again, or the log has lost it',
    check: 'I7',
    edits: [lastNeedNotBeShown],
  },
  {
    name: 'acknowledgements-below-the-position-are-believed',
    rule: 'an acknowledged append at or below the position is a roll-back',
    check: 'I4',
    edits: [
      {
        file: 'echo-appends.ts',
        find: "answer.outcome === 'stored' && before !== undefined && answer.sequence <= before;",
        replace: "answer.outcome === 'stored' && before !== undefined && answer.sequence < 0;",
      },
    ],
  },
  {
    name: 'another-incarnation-is-believed',
    rule: 'a log of another incarnation is a roll-back',
    check: 'I4',
    edits: [
      {
        file: 'log-identity.ts',
        find: 'return this.#mine !== this.#current && !this.isShort;',
        replace: 'return this.#mine === "";',
      },
    ],
  },
  {
    name: 'a-short-read-is-a-roll-back',
    rule: 'a log that reads short is not ready, and no roll-back',
    check: 'I5',
    edits: [
      {
        file: 'gateway-log.ts',
        find: "if (this.#identity.isForeign) return this.#rollBack('name');\n    this.#identity.adopt();",
        replace:
          "if (this.#identity.isForeign || this.position < this.#pinned.highestSequence) return this.#rollBack('event');\n    this.#identity.adopt();",
      },
    ],
  },
  {
    name: 'an-empty-log-is-read',
    rule: 'an empty log is not one where nothing is stopped',
    check: 'I4',
    edits: [
      {
        file: 'node-log.ts',
        find: 'if (pending > 0 || identity.isShort) return;',
        replace: 'if (pending > 0) return;',
      },
      gatewayReadsAnything,
      anyEventIsTheFirst,
    ],
  },
];
