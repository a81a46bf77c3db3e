import type { ChallengeAnswer } from '#contracts';
import { checkProofs } from '../mesh/proof.js';
import { millis } from './gateway-answers.js';
import type { Paint } from './paint.js';
import { table, type Cell } from './table.js';
import { counted, shown } from './words.js';

interface Challenge {
  readonly nonce: string;
  readonly proven: number;
  readonly of: number;
  readonly gateways: readonly ChallengeAnswer[];
}

/** Who proved with a signature over the nonce that it can still halt, and who did not. */
export const challengeReport = (challenge: Challenge, paint: Paint): string => {
  const { nonce, proven, of, gateways } = challenge;
  const { isProven, good, bad } = checkProofs(challenge);
  const words = `${proven} of ${counted(of, 'gateway')} proved over nonce ${nonce} that they can halt`;
  const checked = `${counted(good, 'signature')} checked here and found good`;
  return [
    isProven ? paint.green(`${words}; ${checked}`) : paint.red(`${words}; ${checked}`),
    ...bad.map((name) => paint.red(`The signature of ${name} is not good: trust nothing of it.`)),
    ...(gateways.length === 0 ? [] : [proofTable(gateways, paint)]),
    ...gateways.flatMap(({ gateway, region, problem }) =>
      problem === null ? [] : [paint.red(`${gateway} (${region}): ${shown(problem)}`)],
    ),
  ].join('\n');
};

const proofTable = (gateways: readonly ChallengeAnswer[], paint: Paint): string =>
  table(
    ['REGION', 'GATEWAY', 'BOOT', 'PROOF', 'AFTER', 'KEY', 'SIGNATURE'],
    gateways.map((answer) => [
      answer.region,
      answer.gateway,
      String(answer.boot),
      proofCell(answer.state, paint),
      millis(answer.took_ms),
      answer.key_id ?? '-',
      answer.signature === null ? '-' : shortened(answer.signature),
    ]),
    paint,
  );

const proofCell = (state: ChallengeAnswer['state'], paint: Paint): Cell =>
  state === 'proven'
    ? { text: state, paint: paint.green }
    : { text: state.toUpperCase(), paint: paint.red };

const SIGNATURE_SHOWN = 24;

/** Enough to tell two apart; the whole of it is in `--json`. */
const shortened = (signature: string): string =>
  signature.length <= SIGNATURE_SHOWN ? signature : `${signature.slice(0, SIGNATURE_SHOWN)}…`;
