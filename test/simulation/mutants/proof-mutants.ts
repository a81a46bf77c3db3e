import type { Mutant } from './mutant.js';

/** The lease: both proofs, their clocks and their memberships. */
export const proofMutants: readonly Mutant[] = [
  {
    name: 'no-echo-age-limit',
    rule: 'an all-members proof needs echoes younger than E',
    check: 'I1',
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
    check: 'I1',
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
    check: 'I1',
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
    check: 'I1',
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
    check: 'I1',
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
    check: 'I4',
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
    check: 'I4',
    edits: [{ file: 'constants.ts', find: 'LEASE_MS - SLACK_MS', replace: 'LEASE_MS' }],
  },
  {
    name: 'time-from-the-receipt',
    rule: "time runs from the gateway's own send",
    check: 'I4',
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
    check: 'I1',
    edits: [
      {
        file: 'gateway-proofs.ts',
        find: 'const all = answer.members.every((member) => {',
        replace: 'const all = [...answers.keys()].every((member) => {',
      },
    ],
  },
  {
    name: 'first-echo-is-not-waited-for',
    rule: 'a node answers nobody before the first echo of its own boot has returned',
    check: 'I1',
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
