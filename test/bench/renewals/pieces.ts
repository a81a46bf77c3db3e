import { createHmac } from 'node:crypto';
import { decodeRenewal, encodeAnswer, encodeRenewal, generateKey, openKey } from '#containment';
import { canonicalBytes, type RenewalAnswer, type Unsigned } from '#domain';
import { quantile } from '../rounds.js';

const REPEATS = 2000;
const PASSES = 9;

/** Processor time of one, in microseconds, in the median of some passes: what others do meanwhile counts little. */
const timedUs = (once: () => unknown): number => {
  const passes = Array.from({ length: PASSES }, () => {
    const before = process.cpuUsage();
    for (let index = 0; index < REPEATS; index += 1) once();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / REPEATS;
  });
  return quantile(passes, 0.5);
};

const last = { sequence: 12_345, storedAtMs: 1_770_000_000_000.5 };
const asker = { gateway: 'us-east-1', boot: 3, nonce: 'abcdefghijklmnop', position: 12_400, last };

/** The answer to a gateway that has missed nothing, as nearly all are. */
const answer: Unsigned<RenewalAnswer> = {
  ...asker,
  node: 'node-1-abcdefgh',
  members: ['node-1-abcdefgh', 'node-2-ijklmnop'],
  membershipSequence: 44,
  ...{ events: [], pending: [], more: false, wanted: [] },
  ...{ logAgeMs: 12.5, echoAgeMs: 12.5 },
};

/** What a control node does with each renewal, piece by piece and in a loop, in microseconds; and one thing it might do. */
export const piecesUs = (): readonly (readonly [string, number])[] => {
  const key = openKey(generateKey());
  const renewal = encodeRenewal({ ...asker, applied: [] }, '');
  const text = canonicalBytes({ kind: 'answer', value: answer });
  const signed = { ...answer, signature: key.sign(text) };
  const secret = Buffer.alloc(32, 7);
  return [
    ['reading a renewal', timedUs(() => decodeRenewal(renewal))],
    ['the text that is signed', timedUs(() => canonicalBytes({ kind: 'answer', value: answer }))],
    ['an Ed25519 signature', timedUs(() => key.sign(text))],
    ['writing an answer', timedUs(() => encodeAnswer(signed))],
    [
      'in place of the signature: an HMAC-SHA256',
      timedUs(() => createHmac('sha256', secret).update(text).digest('base64url')),
    ],
  ];
};
