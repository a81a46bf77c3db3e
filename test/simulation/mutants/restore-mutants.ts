import type { Mutant } from './mutant.js';

/** A log that was rolled back, and the word of two operators. */
export const restoreMutants: readonly Mutant[] = [
  {
    name: 'a-rolled-back-node-takes-no-stops',
    rule: 'in doubt, never deny a stop',
    check: 'I8',
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
    check: 'I5',
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
    check: 'I2',
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
    check: 'I5',
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
    check: 'I5',
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
    check: 'I5',
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
    check: 'I5',
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
    check: 'I5',
    edits: [
      {
        file: 'log-identity.ts',
        find: 'return this.before.has(this.#current) && this.#current !== this.#mine;',
        replace: 'return this.before.has("");',
      },
    ],
  },
  {
    name: 'refused-joins-tell-nothing',
    rule: 'a gateway whose joins are refused for an event that does not come reads the log again',
    check: 'I5',
    edits: [
      {
        file: 'join-appends.ts',
        find: "return 'not-read';",
        replace: "return 'nothing';",
      },
    ],
  },
];
