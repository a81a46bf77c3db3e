import { createPublicKey, verify } from 'node:crypto';
import type { ChallengeAnswer } from '#contracts';

/**
 * What this computer finds when it checks an answer by itself, so that nobody has to take the mesh's word: the signature
 * is good over a text that holds the nonce and the gateway's name (`good`), it is not (`bad`), or there is nothing to check.
 */
export const checkProof = (answer: ChallengeAnswer, nonce: string): 'good' | 'bad' | 'nothing' => {
  const { statement, signature, public_key: publicKey } = answer;
  if (statement === null || signature === null || publicKey === null) return 'nothing';
  const names = [nonce, answer.gateway].every((word) => statement.includes(JSON.stringify(word)));
  return names && isSigned(answer) ? 'good' : 'bad';
};

const isSigned = ({ statement, signature, public_key: x }: ChallengeAnswer): boolean => {
  try {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: x ?? '' };
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const [, bytes = ''] = (signature ?? '').split('.');
    return verify(null, Buffer.from(statement ?? ''), key, Buffer.from(bytes, 'base64url'));
  } catch {
    return false;
  }
};

export interface Checked {
  /** Whether every gateway proved it; a signature that is bad here counts as no proof. */
  readonly isProven: boolean;
  readonly good: number;
  /** Gateways whose signature is bad. */
  readonly bad: readonly string[];
}

export const checkProofs = (challenge: {
  readonly nonce: string;
  readonly of: number;
  readonly proven: number;
  readonly gateways: readonly ChallengeAnswer[];
}): Checked => {
  const { nonce, of, proven, gateways } = challenge;
  const claimed = gateways.filter(({ state }) => state === 'proven');
  const found = claimed.map((answer) => ({ answer, check: checkProof(answer, nonce) }));
  const good = found.filter(({ check }) => check === 'good').length;
  const bad = found
    .filter(({ check }) => check === 'bad')
    .map(({ answer: { gateway, region } }) => `${gateway} (${region})`);
  return { isProven: of > 0 && proven === of && bad.length === 0, good, bad };
};
