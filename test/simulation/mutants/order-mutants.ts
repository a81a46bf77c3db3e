import type { Mutant } from './mutant.js';
import { pendingIsLeftOut } from './shared-edits.js';

/** Orders at a node: taken, kept, stored and lifted. */
export const orderMutants: readonly Mutant[] = [
  {
    name: 'node-believes-any-push',
    rule: 'nothing unsigned has an effect on a node',
    check: 'I9',
    edits: [
      {
        file: 'node-stops.ts',
        find: "if (!this.of.signing.verify({ kind: 'order', value: order }, signature, signer)) return;",
        replace: 'void signature;\n    void signer;',
      },
    ],
  },
  {
    name: 'orders-die-with-their-issuer',
    rule: 'whoever has seen an order uncommitted for 5 s appends it',
    check: 'I2',
    edits: [
      {
        file: 'node-orders.ts',
        find: 'if (!isOwn(known) && elapsedMs(known.heardAt, now) < UNCOMMITTED_AFTER_MS) continue;',
        replace: 'if (!isOwn(known)) continue;',
      },
    ],
  },
  {
    name: 'spool-is-not-loaded',
    rule: 'a node takes up its spool',
    check: 'I2',
    edits: [
      {
        file: 'node-stops.ts',
        find: "else this.#takeUp(signed, 'spooled', now);\n    }",
        replace: 'else void signed;\n    }',
      },
    ],
  },
  {
    name: 'answered-before-the-spool',
    rule: 'an order is on disk before it is answered',
    check: 'I2',
    edits: [
      {
        file: 'node-stops.ts',
        find: "    this.of.emit({ kind: 'spool', signed });\n",
        replace: "    this.of.emit({ kind: 'ordered', orderId: order.orderId });\n",
      },
    ],
  },
  {
    name: 'stops-are-not-pushed',
    rule: 'a stop is pushed at once and needs no leader',
    check: 'I8',
    edits: [
      {
        file: 'node-stops.ts',
        find: "    this.of.emit({ kind: 'push', signed });\n",
        replace: '',
      },
      pendingIsLeftOut,
    ],
  },
  {
    name: 'lift-without-sequence-check',
    rule: 'a lift names the sequence of a committed order',
    check: 'I3',
    edits: [
      {
        file: 'node-stops.ts',
        find: "if (expect === null) return this.#refuseLift(orderId, 'not-committed');",
        replace: '',
      },
    ],
  },
  {
    name: 'time-boxes-end-by-the-own-clock',
    rule: "a time-boxed stop ends by the log's clock, never by a node's own",
    check: 'I3',
    edits: [
      {
        file: 'node-log.ts',
        find: 'this.#logTimeMs = Math.max(record.storedAtMs, this.#logTimeMs ?? 0);',
        replace: 'this.#logTimeMs = Math.max(record.storedAtMs, now.wallMs - 1_800_000_000_000);',
      },
    ],
  },
  {
    name: 'orders-may-be-stored-twice',
    rule: 'an order is appended with expected last sequence 0 of its own subject',
    check: 'I2',
    edits: [
      {
        file: 'node-stops.ts',
        find: 'subject, expect: 0, fact });',
        replace: 'subject, expect: null, fact });',
      },
    ],
  },
];
