import { randomBytes } from 'node:crypto';
import { ChallengeNonce, type challengeGateways, type getDoctor } from '#contracts';
import type { AnswerOf } from '#sdk';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { checkProofs } from '../mesh/proof.js';
import { challengeReport } from '../render/challenge-report.js';
import { doctorReport } from '../render/doctor-report.js';
import { gatewayTimeout, timeoutFlag } from './gateway-timeout.js';

export type Doctor = AnswerOf<typeof getDoctor>;
export type Challenge = AnswerOf<typeof challengeGateways>;

/** Whether a stop could be proven now. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'could a stop be proven now? nodes, gateways, regions and what is wrong',
  words: { min: 0, max: 0 },
  details: [
    'Exits 1 when something is critical, or a region has not been tried out for too long. With --challenge every gateway signs',
    'your nonce after it has done all that a stop asks of it but the refusal, and the signatures are checked here; without a',
    'value a random nonce is made.',
  ],
  flags: {
    challenge: {
      value: 'NONCE',
      optional: true,
      help: 'let every gateway prove, with its signature, that it can still halt',
    },
    ...timeoutFlag,
  },
  examples: ['estop doctor', 'estop doctor --challenge', 'estop doctor --challenge incident-4711'],
  run: async (call) => {
    const { terminal, estop, json, paint } = call;
    const nonce = nonceOf(call);
    const timeout = gatewayTimeout(call.flags);
    const options = { signal: terminal.signal };
    const [doctor, challenge] = await Promise.all([
      estop.mesh.doctor(options),
      nonce === null ? null : estop.mesh.challenge({ nonce, ...timeout }, options),
    ]);
    const well = isWell(doctor, challenge);
    const report = challenge === null ? [] : ['', challengeReport(challenge, paint)];
    terminal.out(
      json
        ? JSON.stringify({ ...doctor, ok: well, challenge })
        : [doctorReport(doctor, paint), ...report].join('\n'),
    );
    return well ? exitCodes.confirmed : exitCodes.failed;
  },
};

const NONCE_BYTES = 16;

const nonceOf = ({ flags }: Call): string | null => {
  const given = flags.text('challenge');
  if (given === undefined) return null;
  if (given === '') return randomBytes(NONCE_BYTES).toString('base64url');
  if (ChallengeNonce.safeParse(given).success) return given;
  throw new UsageError(
    `--challenge is no nonce: ${given}`,
    'It is 8-128 characters of a-z, A-Z, 0-9, "-" and "_"; without a value one is made.',
  );
};

// Without a gateway there is nobody to prove anything.
const isWell = (doctor: Doctor, challenge: Challenge | null): boolean =>
  doctor.ok &&
  doctor.regions.every(({ armed }) => armed) &&
  (challenge === null || checkProofs(challenge).isProven);
