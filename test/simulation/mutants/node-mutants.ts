import type { Mutant } from './mutant.js';

/** Orders, readiness and what a node calls contained. */
export const nodeMutants: readonly Mutant[] = [
  {
    name: 'receipts-of-an-old-boot-count',
    rule: 'a receipt counts only for its boot',
    expects: ['I9', 'I1c'],
    edits: [
      {
        file: 'receipts.ts',
        find: '`${gateway}/${boot}`',
        replace: '`${gateway}/${boot > 0}`',
      },
    ],
  },
  {
    name: 'ended-boots-are-not-waited-for',
    rule: 'a removed or superseded boot counts until its lease is over',
    expects: ['I1c'],
    edits: [
      {
        file: 'order-tracker.ts',
        find: 'const ended = membership.ended.filter((boot) => !OrderTracker.isOver(boot, readyAt, now));',
        replace:
          'const ended = membership.ended.filter((boot) => !OrderTracker.isOver(boot, readyAt, now) && now === null);',
      },
    ],
  },
  {
    name: 'lease-counted-from-the-order',
    rule: 'L runs from the consumed commit, not from the order',
    expects: ['I1c'],
    edits: [
      {
        file: 'node-orders.ts',
        find: 'known.consumedAt = now;',
        replace: 'known.consumedAt = known.heardAt;',
      },
    ],
  },
  {
    name: 'lease-counted-from-the-acknowledgement',
    rule: 'L runs from the consumed commit, not from its acknowledgement',
    expects: ['I1c'],
    edits: [
      {
        file: 'node-orders.ts',
        find: 'known.consumedAt = now;',
        replace: 'known.consumedAt ??= now;',
      },
      {
        file: 'node-stops.ts',
        find: '    if (!ref.startsWith(LIFT)) return;',
        replace:
          "    const acked = this.#orders.get(ref.replace('order:', ''));\n    if (acked !== null && outcome === 'stored') { acked.consumedAt ??= acked.triedAt; acked.sequence ??= 1; }\n    if (!ref.startsWith(LIFT)) return;",
      },
      {
        file: 'node-orders.ts',
        find: 'if (known === undefined || known.sequence !== null) return false;',
        replace:
          'if (known === undefined || (known.sequence !== null && known.sequence > 1)) return false;',
      },
    ],
  },
  {
    name: 'fenced-at-once',
    rule: 'silence proves nothing before L(1+ρ) has passed',
    expects: ['I1c'],
    edits: [
      {
        file: 'order-tracker.ts',
        find: 'return elapsedMs(later(consumedAt, readyAt), now) > FENCED_AFTER_MS;',
        replace: 'return elapsedMs(later(consumedAt, readyAt), now) > FENCED_AFTER_MS * 0.8;',
      },
    ],
  },
  {
    name: 'fenced-without-being-ready',
    rule: 'a node that is not ready uses no argument from time',
    expects: ['I1c'],
    edits: [
      {
        file: 'order-tracker.ts',
        find: 'if (consumedAt === null || readyAt === null) return false;',
        replace:
          'if (consumedAt === null) return false;\n    if (readyAt === null) return elapsedMs(consumedAt, now) > FENCED_AFTER_MS;',
      },
    ],
  },
  {
    name: 'fence-counts-for-everybody',
    rule: 'silence proves nothing about a gateway that may go on without a proof',
    expects: ['I1c'],
    edits: [
      {
        file: 'order-tracker.ts',
        find: 'const isProven = isFenced && fenceCounts(order, { gateway, boot, knownPosition });',
        replace:
          'fenceCounts(order, { gateway, boot, knownPosition });\n    const isProven = isFenced;',
      },
    ],
  },
  {
    name: 'removed-gateways-need-a-proof',
    rule: 'a removed gateway that may go on without a proof stays missing',
    expects: ['I1c'],
    edits: [
      {
        file: 'order-tracker.ts',
        find: 'if (!isCounted && !needsProof) counted.push(boot);',
        replace: 'void isCounted;\n      void needsProof;',
      },
    ],
  },
  {
    name: 'early-receipts-for-tags',
    rule: 'for a selector that is no literal address a receipt needs the position of the order',
    expects: ['I1c'],
    edits: [
      {
        file: 'order-tracker.ts',
        find: 'isLiteral(signed.order) || (sequence !== null && position >= sequence);',
        replace: 'isLiteral(signed.order) || sequence !== null;',
      },
    ],
  },
  {
    name: 'contained-before-committed',
    rule: 'contained needs the commit',
    expects: ['I1c', 'assertion'],
    edits: [
      {
        file: 'order-tracker.ts',
        find: 'committed && observer.hasRead && gateways',
        replace: 'observer.hasRead && gateways',
      },
    ],
  },
  {
    name: 'one-receipt-is-enough',
    rule: 'every gateway that counts has said so, or is fenced',
    expects: ['I1c'],
    edits: [
      {
        file: 'order-tracker.ts',
        find: "gateways.every(({ state }) => state !== 'missing')",
        replace: "gateways.some(({ state }) => state !== 'missing')",
      },
    ],
  },
  {
    name: 'node-believes-any-receipt',
    rule: 'a receipt is the signed word of its gateway',
    expects: ['I9'],
    edits: [
      {
        file: 'node-stops.ts',
        find: "if (!this.of.signing.verify({ kind: 'receipt', value }, signature, receipt.gateway)) return;",
        replace: 'void signature;',
      },
    ],
  },
  {
    name: 'renewals-are-believed-unsigned',
    rule: 'every renewal is signed, and one that repeats orders is as good as receipts',
    expects: ['I9'],
    edits: [
      {
        file: 'control-node.ts',
        find: 'if (!this.#me.signing.verify(message, signature, gateway)) return;',
        replace: 'void message;\n    void signature;',
      },
    ],
  },
  {
    name: 'node-believes-any-push',
    rule: 'nothing unsigned has an effect on a node',
    expects: ['I9'],
    edits: [
      {
        file: 'node-stops.ts',
        find: "if (!this.of.signing.verify({ kind: 'order', value: order }, signature, signer)) return;",
        replace: 'void signature;\n    void signer;',
      },
    ],
  },
  {
    name: 'acknowledgements-are-believed-unsigned',
    rule: 'joins are acknowledged by the signed word of a node',
    expects: ['I1', 'I1c'],
    edits: [
      {
        file: 'control-node.ts',
        find: 'if (!this.#me.signing.verify({ kind, value: word }, signature, word.from)) return;',
        replace: 'void signature;',
      },
    ],
  },
  {
    name: 'ready-without-acknowledgements',
    rule: 'a node is ready once every other member has acknowledged its join',
    expects: ['I1', 'I1c'],
    edits: [
      {
        file: 'readiness.ts',
        find: 'if (missing.length === 0 || elapsedMs',
        replace: 'if (missing.length >= 0 || elapsedMs',
      },
    ],
  },
  {
    name: 'any-join-is-acknowledged',
    rule: 'an acknowledgement is of the present join, after consuming it',
    expects: ['I1', 'I1c'],
    edits: [
      {
        file: 'node-log.ts',
        find: 'this.membership.joinOf(from) !== joinSequence',
        replace: 'joinSequence < 0',
      },
    ],
  },
  {
    name: 'ready-too-early',
    rule: 'without acknowledgements a node waits longer than the echo horizon',
    expects: ['I1', 'I1c'],
    edits: [
      {
        file: 'constants.ts',
        find: '1.01 * ECHO_HORIZON_MS + 100',
        replace: '0.05 * ECHO_HORIZON_MS',
      },
    ],
  },
  {
    name: 'orders-die-with-their-issuer',
    rule: 'whoever has seen an order uncommitted for 5 s appends it',
    expects: ['I2'],
    edits: [
      {
        file: 'node-orders.ts',
        find: 'if (!isOwn(known) && elapsedMs(known.heardAt, now) < UNCOMMITTED_AFTER_MS) continue;',
        replace: 'if (!isOwn(known)) continue;',
      },
    ],
  },
  {
    name: 'gateways-do-not-hand-over',
    rule: 'an order that only gateways know is handed to the nodes',
    expects: ['I2'],
    edits: [
      {
        file: 'control-node.ts',
        find: '      wanted,\n    };',
        replace: '      wanted: wanted.slice(0, 0),\n    };',
      },
    ],
  },
  {
    name: 'spool-is-not-loaded',
    rule: 'a node takes up its spool',
    expects: ['I2'],
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
    expects: ['I2'],
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
    expects: ['I8'],
    edits: [
      {
        file: 'node-stops.ts',
        find: "    this.of.emit({ kind: 'push', signed });\n",
        replace: '',
      },
      { file: 'control-node.ts', find: 'pending: this.#stops.pending(),', replace: 'pending: [],' },
    ],
  },
  {
    name: 'lift-without-sequence-check',
    rule: 'a lift names the sequence of a committed order',
    expects: ['I3'],
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
    expects: ['I3'],
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
    expects: ['I2'],
    edits: [
      {
        file: 'node-stops.ts',
        find: 'subject, expect: 0, fact });',
        replace: 'subject, expect: null, fact });',
      },
    ],
  },
  {
    name: 'nobody-is-removed',
    rule: 'a silent gateway is removed, so that later stops do not wait for the dead',
    expects: ['I8'],
    edits: [
      {
        file: 'node-log.ts',
        find: 'if (this.readyAt !== null) this.#removeSilent(now);',
        replace: '',
      },
    ],
  },
  {
    name: 'boots-without-order',
    rule: 'the join of a lower boot is ignored, and a join names the last sequence of its subject',
    expects: ['I1', 'I1c', 'I5'],
    edits: [
      {
        file: 'membership.ts',
        find: 'if (boot <= (this.#highestBoots.get(gateway) ?? 0)) return;',
        replace: '',
      },
      {
        file: 'gateway-membership.ts',
        find: 'if (fact.boot <= this.#highestBoot) return',
        replace: 'if (fact.boot < 0) return',
      },
      {
        file: 'gateway-membership.ts',
        find: '      expect: this.#subjectSequence,\n      fact: this.#join,',
        replace: '      expect: null,\n      fact: this.#join,',
      },
    ],
  },
];
