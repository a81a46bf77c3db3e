import type { Mutant } from './mutant.js';

/** Reading the log: gaps, roll-backs and restores. */
export const logMutants: readonly Mutant[] = [
  {
    name: 'no-gap-check',
    rule: "gaps are detected by the consumer's sequence",
    expects: ['I7'],
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
    expects: ['I5', 'I7'],
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
    name: 'marks-of-renewals-are-not-compared',
    rule: 'a node answers nobody who has read another log',
    expects: ['I1', 'I1c', 'I6', 'I7'],
    edits: [
      {
        file: 'control-node.ts',
        find: 'if (!this.#log.mayServe(renewal.last)) return false;',
        replace: '',
      },
      {
        file: 'gateway-log.ts',
        find: "this.#cursor.compare(last) !== 'same'",
        replace: 'last === null',
      },
    ],
  },
  {
    name: 'foreign-events-are-repeats',
    rule: 'another event where one was read before is a roll-back',
    expects: ['I1', 'I1c', 'I5', 'I7'],
    edits: [
      {
        file: 'log-cursor.ts',
        find: "if (this.#standsInPlace(entry)) return 'foreign';",
        replace: '',
      },
      {
        file: 'log-cursor.ts',
        find: "if (!this.#showsLast && entry.sequence > this.last.sequence) return 'foreign';",
        replace: '',
      },
    ],
  },
  {
    name: 'answers-may-contradict-what-was-read',
    rule: 'what an answer carries comes right after what the gateway has read by now',
    expects: ['I7', 'I1', 'I1c'],
    edits: [
      {
        file: 'gateway-log.ts',
        find: 'if (sequence === after.sequence || sequence > position) return true;',
        replace: 'if (sequence >= after.sequence || sequence > position) return true;',
      },
    ],
  },
  {
    name: 'an-echo-may-stand-for-an-event',
    rule: 'an echo where a lasting event was read is a roll-back',
    expects: ['I7', 'I1', 'I1c'],
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
    expects: ['I7', 'I1', 'I1c'],
    edits: [
      {
        file: 'log-cursor.ts',
        find: "if (!this.#showsLast && entry.sequence > this.last.sequence) return 'foreign';",
        replace: '',
      },
    ],
  },
  {
    name: 'acknowledgements-below-the-position-are-believed',
    rule: 'an acknowledged append at or below the position is a roll-back',
    expects: ['I4', 'I1', 'I1c', 'I2', 'I5', 'I6', 'I7'],
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
    expects: ['I4', 'I1', 'I1c', 'I2', 'I3', 'I5', 'I6', 'I7'],
    edits: [
      {
        file: 'log-identity.ts',
        find: 'return this.#mine !== null && this.#current !== null && this.#mine !== this.#current;',
        replace: 'return this.#mine === this.#current && this.#mine === "";',
      },
    ],
  },
  {
    name: 'a-short-read-is-a-roll-back',
    rule: 'a log that reads short is not ready, and no roll-back',
    expects: ['I5'],
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
    expects: ['I4', 'I1', 'I1c', 'I5', 'I6', 'I7'],
    edits: [
      {
        file: 'node-log.ts',
        find: 'if (pending > 0 || identity.isShort) return;',
        replace: 'if (pending > 0) return;',
      },
      {
        file: 'gateway-log.ts',
        find: 'if (pending > 0 || this.#identity.isShort) return;',
        replace: 'if (pending > 0) return;',
      },
      {
        file: 'log-cursor.ts',
        find: "const isFirst = this.#first === 1 && entry.fact.kind === 'log-started';",
        replace: 'const isFirst = this.#first === 1;',
      },
    ],
  },
  {
    name: 'a-rolled-back-node-takes-no-stops',
    rule: 'in doubt, never deny a stop',
    expects: ['I8'],
    edits: [
      {
        file: 'control-node.ts',
        find: '    this.#dispatch(input, now);\n    return this.#take();',
        replace:
          "    if (this.#log.phase !== 'rolled-back' || input.kind === 'delivered' || input.kind === 'subscribed') this.#dispatch(input, now);\n    return this.#take();",
      },
    ],
  },
  {
    name: 'a-restore-is-not-believed',
    rule: 'after the word of two operators the mesh opens again',
    expects: ['I5'],
    edits: [
      {
        file: 'log-identity.ts',
        find: '    this.#wasRestored = true;',
        replace: '    this.#wasRestored = false;',
      },
    ],
  },
  {
    name: 'a-restore-forgets-the-orders',
    rule: 'after a restore gateways keep their orders and hand them to the nodes, which append them',
    expects: ['I2', 'I3', 'I5'],
    edits: [
      {
        file: 'gateway-orders.ts',
        find: '      held.sequence = null;\n      held.committedAt = null;',
        replace: '      void held;',
      },
      {
        file: 'node-orders.ts',
        find: '      this.#pending.set(known.signed.order.orderId, known);\n    }\n  }',
        replace: '    }\n  }',
      },
    ],
  },
  {
    name: 'the-unproven-do-not-look-again',
    rule: 'a member without a proof for long reads the log again from its first event',
    expects: ['I5'],
    edits: [
      {
        file: 'gateway-lease.ts',
        find: '      this.#log.readAgain();\n',
        replace: '',
      },
    ],
  },
  {
    name: 'restores-are-not-told',
    rule: 'a gateway that cannot notice is told that its log was restored, and reads it anew',
    expects: ['I5'],
    edits: [
      {
        file: 'control-node.ts',
        find: 'if (restore === null) return;',
        replace: 'if (restore !== undefined) return;',
      },
    ],
  },
  {
    name: 'any-word-of-a-restore-is-believed',
    rule: 'the word of a restore is signed by a node',
    expects: ['I5'],
    edits: [
      {
        file: 'gateway-lease.ts',
        find: "if (!this.#signing.verify({ kind: 'restore', value }, signature, word.node)) return;",
        replace: 'void signature; void value;',
      },
    ],
  },
  {
    name: 'the-word-of-any-restore-counts',
    rule: 'the word of a restore is for who belongs to the log of before',
    expects: ['I5'],
    edits: [
      {
        file: 'gateway-log.ts',
        find: 'if (!this.#isOpen || this.#identity.mine !== old) return;',
        replace: 'if (!this.#isOpen || old === "") return;',
      },
    ],
  },
  {
    name: 'the-log-before-its-restore-is-foreign',
    rule: 'a log that reads short of the word of its restore is not ready, and no roll-back',
    expects: ['I5'],
    edits: [
      {
        file: 'log-identity.ts',
        find: 'return this.#current === this.before && this.#current !== this.#mine;',
        replace: 'return this.before === "";',
      },
    ],
  },
  {
    name: 'refused-joins-tell-nothing',
    rule: 'a gateway whose joins are refused for an event that does not come reads the log again',
    expects: ['I5'],
    edits: [
      {
        file: 'join-appends.ts',
        find: "return 'not-read';",
        replace: "return 'nothing';",
      },
    ],
  },
];
