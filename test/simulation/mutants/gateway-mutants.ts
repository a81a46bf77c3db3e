import type { Mutant } from './mutant.js';
import { modesDoNotMatter } from './shared-edits.js';

/** Orders at a gateway, and what it may admit. */
export const gatewayMutants: readonly Mutant[] = [
  {
    name: 'no-pin',
    rule: 'orders are taken up from the pinned file',
    check: 'I3',
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
    check: 'I3',
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
    check: 'I6',
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
    check: 'I1c',
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
    check: 'I6',
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
    check: 'I1c',
    edits: [
      {
        file: 'gateway-stops.ts',
        find: 'if (!this.of.modes.includes(mode)) return;',
        replace: 'void mode;',
      },
      modesDoNotMatter,
    ],
  },
  {
    name: 'old-builds-get-a-lease',
    rule: 'a gateway too old for a stop mode gets no lease',
    check: 'I1c',
    edits: [
      modesDoNotMatter,
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
    check: 'I1c',
    edits: [
      {
        file: 'gateway-lease.ts',
        find: "return this.phase === 'member' && this.#provenBoot === this.boot;",
        replace: 'return true;',
      },
    ],
  },
  {
    name: 'superseded-gateways-flow-on',
    rule: 'an opted-out namespace does not flow at a gateway that has read that another took its place',
    check: 'I4',
    edits: [
      {
        file: 'gateway-lease.ts',
        find: "return this.phase === 'member' && this.#provenBoot === this.boot;",
        replace: 'return this.#provenBoot === this.boot;',
      },
    ],
  },
];
