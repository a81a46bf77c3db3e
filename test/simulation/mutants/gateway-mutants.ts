import type { Mutant } from './mutant.js';

/** Orders and membership at a gateway. */
export const gatewayMutants: readonly Mutant[] = [
  {
    name: 'no-pin',
    rule: 'orders are taken up from the pinned file',
    expects: ['I3', 'I2'],
    edits: [
      {
        file: 'gateway-stops.ts',
        find: 'for (const signed of this.of.pinned) this.#restore(signed, now);',
        replace: 'void now;',
      },
    ],
  },
  {
    name: 'receipt-before-the-disk',
    rule: 'the pinned file is on disk before a receipt',
    expects: ['I3', 'I2'],
    edits: [
      {
        file: 'gateway-stops.ts',
        find: "if (phase !== 'member' || !isPinned || cut === null) return;",
        replace: "if (phase !== 'member' || isPinned === null || cut === null) return;",
      },
    ],
  },
  {
    name: 'no-tombstones',
    rule: 'the ids of lifted orders are remembered',
    expects: ['I6', 'I5'],
    edits: [
      {
        file: 'gateway-orders.ts',
        find: 'if (this.#lifted.has(orderId)) return null;',
        replace: '',
      },
    ],
  },
  {
    name: 'receipt-before-the-cut',
    rule: 'a receipt is sent after the cut',
    expects: ['I1', 'I1c', 'I3'],
    edits: [
      {
        file: 'gateway-stops.ts',
        find: "    this.of.emit({ kind: 'cut', signed });\n    this.#writePin(held.write);",
        replace:
          '    held.isPinned = true;\n    held.cut = { streams: 0, calls: 0 };\n    this.#mayAcknowledge(held, now);\n    this.#writePin(held.write);',
      },
    ],
  },
  {
    name: 'gateway-believes-any-push',
    rule: 'nothing unsigned has an effect on a gateway',
    expects: ['I6'],
    edits: [
      {
        file: 'gateway-stops.ts',
        find: "if (!this.of.signing.verify({ kind: 'order', value: order }, signature, signer)) return;",
        replace: 'void signature; void signer;',
      },
    ],
  },
  {
    name: 'stops-of-unknown-modes-are-acknowledged',
    rule: 'a gateway too old for a stop mode gets no lease, and cannot say that it enforces it',
    expects: ['I1c'],
    edits: [
      {
        file: 'gateway-stops.ts',
        find: 'if (!this.of.modes.includes(mode)) return;',
        replace: 'void mode;',
      },
      {
        file: 'gateway-lease.ts',
        find: ' && this.#stops.isUnderstood',
        replace: '',
      },
    ],
  },
  {
    name: 'old-builds-get-a-lease',
    rule: 'a gateway too old for a stop mode gets no lease',
    expects: ['I1', 'I1c'],
    edits: [
      { file: 'gateway-lease.ts', find: ' && this.#stops.isUnderstood', replace: '' },
      {
        file: 'control-node.ts',
        find: 'return this.#stops.understoodBy(membership.modesOf(renewal.gateway));',
        replace: 'return true;',
      },
    ],
  },
  {
    name: 'opt-out-before-the-first-proof',
    rule: 'an opted-out namespace does not flow at a gateway that has never been proven',
    expects: ['I1c'],
    edits: [
      {
        file: 'gateway-lease.ts',
        find: "return this.phase === 'member' && this.#provenBoot === this.boot;",
        replace: 'return true;',
      },
    ],
  },
  {
    name: 'removal-is-not-read',
    rule: 'a gateway that reads its removal joins with a new boot',
    expects: ['I5'],
    edits: [
      {
        file: 'gateway-membership.ts',
        find: "return fact.boot === this.#boot ? this.#lose('joining') : 'nothing';",
        replace: "return 'nothing';",
      },
    ],
  },
  {
    name: 'removed-gateways-are-renewed',
    rule: 'a node answers members only, and a gateway that reads its removal drops the lease',
    expects: ['I1', 'I1c'],
    edits: [
      { file: 'control-node.ts', find: ' || !membership.isMember(renewal)', replace: '' },
      {
        file: 'gateway-membership.ts',
        find: "return fact.boot === this.#boot ? this.#lose('joining') : 'nothing';",
        replace: "return 'nothing';",
      },
    ],
  },
  {
    name: 'superseded-gateways-are-renewed',
    rule: 'a node answers members only, and a gateway that reads a higher boot of itself drops the lease',
    expects: ['I1', 'I1c'],
    edits: [
      { file: 'control-node.ts', find: ' || !membership.isMember(renewal)', replace: '' },
      {
        file: 'gateway-membership.ts',
        find: "return this.#lose('superseded');",
        replace: "return 'nothing';",
      },
    ],
  },
  {
    name: 'gateway-start-without-the-log',
    rule: 'a start without a readable log is not ready; membership waits for the own join',
    expects: ['I4', 'I1', 'I1c', 'I4', 'I5', 'I6', 'I7'],
    edits: [
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
    name: 'joins-are-kept-from-the-log',
    rule: 'a gateway removed while it is away joins again by itself',
    expects: ['I5'],
    edits: [
      {
        file: 'gateway-log.ts',
        find: "    if (this.phase !== 'joining') return;\n",
        replace: '    return;\n',
      },
    ],
  },
];
