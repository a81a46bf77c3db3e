import type { Mutant } from './mutant.js';

/** What a node calls contained. */
export const containedMutants: readonly Mutant[] = [
  {
    name: 'receipts-of-an-old-boot-count',
    rule: 'a receipt counts only for its boot',
    check: 'I9',
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
    check: 'I1c',
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
    check: 'I1c',
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
    check: 'I1c',
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
    check: 'I1c',
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
    check: 'I1c',
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
    check: 'I1c',
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
    check: 'I1c',
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
    check: 'I1c',
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
    check: 'assertion',
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
    check: 'I1c',
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
    check: 'I9',
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
    check: 'I9',
    edits: [
      {
        file: 'control-node.ts',
        find: 'if (!this.#me.signing.verify(message, signature, gateway)) return;',
        replace: 'void message;\n    void signature;',
      },
    ],
  },
];
