import type { Mutant } from './mutant.js';
import { pendingIsLeftOut } from './shared-edits.js';

/** What an answer to a renewal must carry, and whose word it is. */
export const answerMutants: readonly Mutant[] = [
  {
    name: 'a-part-is-proof',
    rule: 'an answer with more to follow is no proof; nor is one that speaks of events unread here',
    check: 'I1',
    edits: [
      {
        file: 'gateway-lease.ts',
        find: 'if (answer.more) return this.#askForMore(before, nonce, now);',
        replace: 'if (answer.more) this.#askForMore(before, nonce, now);',
      },
      {
        file: 'gateway-log.ts',
        find: "this.#cursor.compare(last) !== 'same'",
        replace: "this.#cursor.compare(last) === 'other'",
      },
    ],
  },
  {
    name: 'orders-without-what-they-select-by',
    rule: 'an answer carries every event after the position, not orders alone',
    check: 'I1',
    edits: [
      {
        file: 'recent-events.ts',
        find: 'this.#entries.push(entry);',
        replace: "if (entry.fact.kind !== 'other') this.#entries.push(entry);",
      },
    ],
  },
  {
    name: 'answers-without-pending-orders',
    rule: 'an answer carries all pending orders',
    check: 'I1',
    edits: [pendingIsLeftOut],
  },
  {
    name: 'answers-to-old-nonces-count',
    rule: 'an answer to another nonce is dropped',
    check: 'I4',
    edits: [
      {
        file: 'gateway-proofs.ts',
        find: 'return this.#sent.find((renewal) => renewal.nonce === nonce)?.last ?? null;',
        replace: 'return nonce === "" ? null : (this.#sent.at(-1)?.last ?? null);',
      },
      {
        file: 'gateway-proofs.ts',
        find: 'const renewal = this.#sent.find(({ nonce }) => nonce === answer.nonce);',
        replace: 'const renewal = this.#sent.at(-1);',
      },
    ],
  },
  {
    name: 'answers-are-believed-unsigned',
    rule: 'an answer is the signed word of a node',
    check: 'I4',
    edits: [
      {
        file: 'gateway-lease.ts',
        find: "return this.#signing.verify({ kind: 'answer', value }, signature, answer.node);",
        replace: 'return value.node !== signature;',
      },
    ],
  },
  {
    name: 'marks-of-renewals-are-not-compared',
    rule: 'a node answers nobody who has read another log',
    check: 'I7',
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
    name: 'answers-may-contradict-what-was-read',
    rule: 'what an answer carries comes right after what the gateway has read by now',
    check: 'I7',
    edits: [
      {
        file: 'gateway-log.ts',
        find: 'if (sequence === after.sequence || sequence > position) return true;',
        replace: 'if (sequence >= after.sequence || sequence > position) return true;',
      },
    ],
  },
  {
    name: 'gateways-do-not-hand-over',
    rule: 'an order that only gateways know is handed to the nodes',
    check: 'I2',
    edits: [
      {
        file: 'control-node.ts',
        find: '      wanted,\n    };',
        replace: '      wanted: wanted.slice(0, 0),\n    };',
      },
    ],
  },
];
