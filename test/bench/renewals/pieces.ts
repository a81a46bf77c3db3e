import {
  decodeRenewal,
  encodeAnswer,
  encodeRenewal,
  generateKey,
  isSignedBy,
  KeyRing,
  openKey,
  openPublicKey,
  parseSignature,
  RingSigning,
} from '#containment';
import { canonicalBytes, type Renewal, type RenewalAnswer, type Unsigned } from '#domain';
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

const NODE = 'node-1-abcdefgh';
const GATEWAY = 'us-east-1';
const last = { sequence: 12_345, storedAtMs: 1_770_000_000_000.5 };
const asker = { gateway: GATEWAY, boot: 3, nonce: 'abcdefghijklmnop', position: 12_400, last };
const renewal: Renewal = { ...asker, applied: [] };

/** The answer to a gateway that has missed nothing, as nearly all are. */
const answer: Unsigned<RenewalAnswer> = {
  ...asker,
  node: NODE,
  members: [NODE, 'node-2-ijklmnop'],
  membershipSequence: 44,
  ...{ events: [], pending: [], more: false, wanted: [] },
  ...{ logAgeMs: 12.5, echoAgeMs: 12.5 },
};

/** One signer who knows of both. */
const signingPair = () => {
  const ring = new KeyRing();
  const keys = { node: openKey(generateKey()), gateway: openKey(generateKey()) };
  ring.add('node', NODE, keys.node.publicKey, 0);
  ring.add('gateway', GATEWAY, keys.gateway.publicKey, 0);
  const signingOf = (key: ReturnType<typeof openKey>) =>
    new RingSigning({ keys: [key], keyFor: () => key }, ring);
  return { node: signingOf(keys.node), gateway: signingOf(keys.gateway), key: keys.node };
};

/** What a control node does with each renewal, piece by piece and in a loop, in microseconds; and what Ed25519 would cost. */
export const piecesUs = (): readonly (readonly [string, number])[] => {
  const { node, gateway, key } = signingPair();
  const seal = gateway.sign({ kind: 'renewal', value: renewal });
  const wire = encodeRenewal(renewal, seal);
  const sealed = { ...answer, signature: node.sign({ kind: 'answer', value: answer }) };
  const text = canonicalBytes({ kind: 'answer', value: answer });
  const publicKey = openPublicKey(key.publicKey);
  const signature = parseSignature(key.sign(text));
  if (publicKey === null || signature === null) throw new Error('the example key cannot be read');
  return [
    ['reading a renewal', timedUs(() => decodeRenewal(wire))],
    [
      'verifying it',
      timedUs(() => node.verify({ kind: 'renewal', value: renewal }, seal, GATEWAY)),
    ],
    ['sealing an answer', timedUs(() => node.sign({ kind: 'answer', value: answer }))],
    ['writing it', timedUs(() => encodeAnswer(sealed))],
    ['instead: an Ed25519 signature', timedUs(() => key.sign(text))],
    ['instead: its verification', timedUs(() => isSignedBy(publicKey, text, signature.bytes))],
  ];
};
