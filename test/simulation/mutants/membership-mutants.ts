import type { Mutant } from './mutant.js';
import {
  anyEventIsTheFirst,
  anybodyIsRenewed,
  gatewayReadsAnything,
  ownRemovalIsPassedOver,
} from './shared-edits.js';

/** Who belongs to the mesh: joins, removals, readiness. */
export const membershipMutants: readonly Mutant[] = [
  {
    name: 'removal-is-not-read',
    rule: 'a gateway that reads its removal joins with a new boot',
    check: 'I5',
    edits: [ownRemovalIsPassedOver],
  },
  {
    name: 'removed-gateways-are-renewed',
    rule: 'a node answers members only, and a gateway that reads its removal drops the lease',
    check: 'I1c',
    edits: [anybodyIsRenewed, ownRemovalIsPassedOver],
  },
  {
    name: 'superseded-gateways-are-renewed',
    rule: 'a node answers members only, and a gateway that reads a higher boot of itself drops the lease',
    check: 'I1c',
    edits: [
      anybodyIsRenewed,
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
    check: 'I5',
    edits: [gatewayReadsAnything, anyEventIsTheFirst],
  },
  {
    name: 'joins-are-kept-from-the-log',
    rule: 'a gateway removed while it is away joins again by itself',
    check: 'I5',
    edits: [
      {
        file: 'gateway-log.ts',
        find: "    if (this.phase !== 'joining') return;\n",
        replace: '    return;\n',
      },
    ],
  },
  {
    name: 'nobody-is-removed',
    rule: 'a silent gateway is removed, so that later stops do not wait for the dead',
    check: 'I8',
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
    check: 'I5',
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
  {
    name: 'acknowledgements-are-believed-unsigned',
    rule: 'joins are acknowledged by the signed word of a node',
    check: 'I1c',
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
    check: 'I1c',
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
    check: 'I1c',
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
    check: 'I1c',
    edits: [
      {
        file: 'constants.ts',
        find: '1.01 * ECHO_HORIZON_MS + 100',
        replace: '0.05 * ECHO_HORIZON_MS',
      },
    ],
  },
];
