import type { Mutant } from './mutant.js';

/** The lease: both proofs, their clocks and their memberships. */
export const proofMutants: readonly Mutant[] = [
  {
    name: 'no-echo-age-limit',
    rule: 'an all-members proof needs echoes younger than E',
    expects: ['I1', 'I1c'],
    edits: [
      {
        file: 'gateway-proofs.ts',
        find: 'answer.echoAgeMs !== null && answer.echoAgeMs <= ECHO_HORIZON_MS',
        replace: 'answer.echoAgeMs !== undefined',
      },
    ],
  },
  {
    name: 'log-age-from-the-return',
    rule: 'logAge runs from the send of the echo',
    expects: ['I1', 'I1c'],
    edits: [
      {
        file: 'echoes.ts',
        find: 'this.#returned = sentAt;',
        replace: 'this.#returned = now;',
      },
    ],
  },
  {
    name: 'log-age-is-left-out',
    rule: 'a log proof counts from t0 less logAge',
    expects: ['I1', 'I1c'],
    edits: [
      {
        file: 'gateway-proofs.ts',
        find: 'this.#extend(t0.monoMs - answer.logAgeMs, t0, now)',
        replace: 'this.#extend(t0.monoMs, t0, now)',
      },
    ],
  },
  {
    name: 'any-echo-is-an-own-one',
    rule: 'an echo of a forerunner or of another node proves nothing',
    expects: ['I1', 'I1c', 'I2', 'I5', 'I6'],
    edits: [
      {
        file: 'node-log.ts',
        find: 'if (fact.node !== this.of.node || fact.process !== this.of.process) return;',
        replace: '',
      },
      {
        file: 'echoes.ts',
        find: 'if (sentAt === undefined) return;',
        replace: 'if (sentAt === undefined) { this.#returned = now; return; }',
      },
    ],
  },
  {
    name: 'no-suspension-check-at-the-node',
    rule: 'a node whose clocks disagree knows no logAge',
    expects: ['I1', 'I1c'],
    edits: [
      {
        file: 'echoes.ts',
        find: 'if (this.#returned === null || !clocksAgree(this.#returned, now)) return null;',
        replace: 'if (this.#returned === null || clocksAgree === undefined) return null;',
      },
    ],
  },
  {
    name: 'no-suspension-check-at-the-gateway',
    rule: 'a gateway whose clocks disagree drops the lease',
    expects: ['I1', 'I1c', 'I4'],
    edits: [
      {
        file: 'gateway-proofs.ts',
        find: 'if (!clocksAgree(this.#freshAsOf.t0, now)) {',
        replace: 'if (clocksAgree === undefined) {',
      },
    ],
  },
  {
    name: 'no-slack',
    rule: 'a gateway stops 50 ms before the lease is over',
    expects: ['I1', 'I1c', 'I4'],
    edits: [{ file: 'constants.ts', find: 'LEASE_MS - SLACK_MS', replace: 'LEASE_MS' }],
  },
  {
    name: 'time-from-the-receipt',
    rule: "time runs from the gateway's own send",
    expects: ['I1', 'I1c', 'I4'],
    edits: [
      {
        file: 'gateway-proofs.ts',
        find: 'const { t0, answers } = renewal;',
        replace: 'const { answers } = renewal;\n    const t0 = now;',
      },
    ],
  },
  {
    name: 'any-node-is-all-nodes',
    rule: 'the membership in the proof is the word of the nodes, not the own idea of it',
    expects: ['I1', 'I1c'],
    edits: [
      {
        file: 'gateway-proofs.ts',
        find: 'const all = answer.members.every((member) => {',
        replace: 'const all = [...answers.keys()].every((member) => {',
      },
    ],
  },
  {
    name: 'a-part-is-proof',
    rule: 'an answer with more to follow is no proof; nor is one that speaks of events unread here',
    expects: ['I1', 'I1c', 'I6', 'I7'],
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
    expects: ['I1', 'I1c', 'I7'],
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
    expects: ['I1', 'I1c', 'I8'],
    edits: [
      {
        file: 'control-node.ts',
        find: 'pending: this.#stops.pending(),',
        replace: 'pending: [],',
      },
    ],
  },
  {
    name: 'answers-to-old-nonces-count',
    rule: 'an answer to another nonce is dropped',
    expects: ['I1', 'I1c', 'I4'],
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
    expects: ['I1', 'I1c', 'I4'],
    edits: [
      {
        file: 'gateway-lease.ts',
        find: "return this.#signing.verify({ kind: 'answer', value }, signature, answer.node);",
        replace: 'return value.node !== signature;',
      },
    ],
  },
  {
    name: 'first-echo-is-not-waited-for',
    rule: 'a node answers nobody before the first echo of its own boot has returned',
    expects: ['I1', 'I1c', 'I4', 'I5', 'I2', 'I6'],
    edits: [
      { file: 'control-node.ts', find: ' || !echoes.hasReturned', replace: '' },
      {
        file: 'echoes.ts',
        find: 'if (this.#returned === null || !clocksAgree(this.#returned, now)) return null;',
        replace:
          'if (this.#returned === null) return 0;\n    if (!clocksAgree(this.#returned, now)) return null;',
      },
    ],
  },
];
