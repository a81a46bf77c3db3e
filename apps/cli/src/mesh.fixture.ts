import { generateKeyPairSync, sign } from 'node:crypto';
import { acked, missing } from './order.fixture.js';

const at = '2026-01-31T03:04:59.000Z';
const key = { key_id: 'k3v7q2ma4b5c6d7e' };

export const drill = {
  ok: true,
  drill_id: 'drill_h4x2mzr7n4tva3xlb6dq',
  passed: true,
  selector: { namespace: 'acme/production' },
  scope: 'ns:acme/production',
  ran_at: at,
  timeout_ms: 2000,
  matched: 21,
  effective: { acked: 1, of: 1 },
  ...{ p50_ms: 11.2, p99_ms: 11.2, max_ms: 11.2 },
  regions: [
    {
      ...{ region: 'us-east', acked: 1, of: 1 },
      ...{ p50_ms: 11.2, p99_ms: 11.2, max_ms: 11.2, missing: [] as string[] },
    },
  ],
  gateways: [acked],
};

/** One gateway did not answer. */
export const failedDrill = {
  ...drill,
  passed: false,
  effective: { acked: 1, of: 2 },
  regions: [
    ...drill.regions,
    {
      ...{ region: 'eu-west', acked: 0, of: 1 },
      ...{ p50_ms: null, p99_ms: null, max_ms: null, missing: ['eu-west-1'] },
    },
  ],
  gateways: [acked, missing],
};

export const doctor = {
  ok: true,
  checked_at: at,
  problems: [] as object[],
  log: { available: true, incarnation: '0f3c9a7e5b1d4c28', position: 4711, age_ms: 61 },
  nodes: [
    {
      ...{ node: 'node-a-k3v7q2ma', name: 'node-a', url: 'http://127.0.0.1:4700' },
      ...{ state: 'ready', self: true, joined_at: at, echo_age_ms: 61, spooled: 0, ...key },
    },
  ],
  gateways: [
    {
      ...{ gateway: 'us-east-1', region: 'us-east', boot: 3, url: null, joined_at: at },
      ...{ state: 'serving', phase: 'member', fenced: false, lease_age_ms: 83, ...key },
      ...{ modes: ['halt', 'pause', 'quarantine', 'drain'] },
      ...{ position: 4711, behind: 0, silent_for_ms: 40 },
    },
  ],
  regions: [
    {
      ...{ region: 'us-east', gateways: 1, armed: true, arming_age_seconds: 31 },
      canary: {
        ...{ state: 'passed', agent: 'agent://acme/canary/us-east', at, problem: null },
        ...{ halted_after_ms: 14.1, resumed_after_ms: 22 },
      },
    },
  ],
};

/** Nothing is wrong. */
export const meshStatus = {
  ...{ ok: true, status: 'green', checked_at: at, problems: [] as object[], log: doctor.log },
  regions: [
    { region: 'us-east', gateways: 1, fenced: 0, arming_age_seconds: 31, armed: true },
  ] as object[],
  stops: { standing: 0 },
};

const pair = generateKeyPairSync('ed25519');
const statement = 'estop/tested/1\n{"gateway":"us-east-1","nonce":"incident-4711"}';
const signature = sign(null, Buffer.from(statement), pair.privateKey).toString('base64url');

export const proof = {
  ...{ gateway: 'us-east-1', region: 'us-east', boot: 3, state: 'proven', problem: null },
  ...{ nonce: 'incident-4711', statement, ...key },
  public_key: pair.publicKey.export({ format: 'jwk' }).x,
  ...{ signature: `${key.key_id}.${signature}`, position: 4711, took_ms: 6.4 },
};

export const challenge = {
  ok: true,
  nonce: 'incident-4711',
  asked_at: at,
  proven: 1,
  of: 1,
  gateways: [proof],
};
