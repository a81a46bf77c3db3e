import { agentAddress, type KeyId, type OrgName, type WorkspaceName } from '#contracts';
import type { KeyRecord } from '#domain';
import { authenticate, type HeaderMap, type KeyRing } from './authenticate.js';
import { sha256Hex } from './hashed-ids.js';
import { formatKey, type KeyKind } from './key-token.js';

const NOW = 1_000_000;
const SECRET = 'a'.repeat(64);
const robot = agentAddress('acme', 'production', 'robot');

const recordOf = (id: string, change: Partial<KeyRecord> = {}): KeyRecord => ({
  keyId: id.padEnd(16, '0') as KeyId,
  holder: { kind: 'op', name: 'Ada', roles: ['operator'], meshWide: false },
  org: 'acme' as OrgName,
  workspace: 'production' as WorkspaceName,
  workspaceOnly: false,
  secretSha256: sha256Hex(SECRET),
  hint: 'aaaa',
  createdAt: '2026-01-31T03:00:00.000Z',
  createdByNote: null,
  expiresAt: null,
  expiresAtMs: null,
  revokedAt: null,
  lastSequence: 1,
  ...change,
});

const records = [
  recordOf('good'),
  recordOf('other'),
  recordOf('robot', { holder: { kind: 'sa', address: robot } }),
  recordOf('revoked', { revokedAt: '2026-01-31T03:00:00.000Z' }),
  recordOf('expired', { expiresAt: '1970-01-01T00:16:40.000Z', expiresAtMs: NOW }),
  recordOf('fresh', { expiresAt: '1970-01-01T00:16:40.001Z', expiresAtMs: NOW + 1 }),
];
const ring = (revokedAgent = false): KeyRing => ({
  key: (id) => records.find(({ keyId }) => keyId === id) ?? null,
  agent: () => (revokedAgent ? ({ revoked: true } as ReturnType<KeyRing['agent']>) : null),
});

const token = (id: string, secret = SECRET, kind: KeyKind = 'op'): string =>
  formatKey({ kind, keyId: id.padEnd(16, '0') as KeyId, secret });

const codeFor = (headers: HeaderMap): string => {
  const result = authenticate(ring(), headers, NOW);
  return result.ok ? result.principal.keyId : result.code;
};

const cases: [string, HeaderMap, string][] = [
  ['takes x-api-key', { 'x-api-key': token('good') }, 'good000000000000'],
  ['takes a bearer key', { authorization: `Bearer ${token('good')}` }, 'good000000000000'],
  ['takes any case of "bearer"', { authorization: `bearer ${token('good')}` }, 'good000000000000'],
  [
    'lets x-api-key decide over a bearer that is no key of ours',
    { 'x-api-key': token('good'), authorization: 'Bearer eyJhbGciOi' },
    'good000000000000',
  ],
  [
    'lets x-api-key decide over another scheme',
    { 'x-api-key': token('good'), authorization: 'Basic dTpw' },
    'good000000000000',
  ],
  [
    'takes the same key twice',
    { 'x-api-key': token('good'), authorization: `Bearer ${token('good')}` },
    'good000000000000',
  ],
  [
    'refuses two different keys of ours',
    { 'x-api-key': token('good'), authorization: `Bearer ${token('other')}` },
    'unauthenticated',
  ],
  [
    'refuses an x-api-key that is no key, though the bearer is one',
    { 'x-api-key': 'nonsense', authorization: `Bearer ${token('good')}` },
    'unauthenticated',
  ],
  ['refuses nothing', {}, 'unauthenticated'],
  ['refuses an empty key', { 'x-api-key': '' }, 'unauthenticated'],
  ['refuses another scheme', { authorization: 'Basic dTpw' }, 'unauthenticated'],
  ['refuses an unknown id', { 'x-api-key': token('nobody') }, 'unauthenticated'],
  ['refuses a wrong secret', { 'x-api-key': token('good', 'b'.repeat(64)) }, 'unauthenticated'],
  [
    'refuses a kind that is not the key’s',
    { 'x-api-key': token('good', SECRET, 'sa') },
    'unauthenticated',
  ],
  ['refuses a key in capitals', { 'x-api-key': token('good').toUpperCase() }, 'unauthenticated'],
  ['names a revoked key', { 'x-api-key': token('revoked') }, 'key_revoked'],
  [
    'hides a revocation from a wrong secret',
    { 'x-api-key': token('revoked', 'b'.repeat(64)) },
    'unauthenticated',
  ],
  ['names an expired key', { 'x-api-key': token('expired') }, 'key_expired'],
  ['takes a key until the moment it expires', { 'x-api-key': token('fresh') }, 'fresh00000000000'],
  ['takes a service account', { 'x-api-key': token('robot', SECRET, 'sa') }, 'robot00000000000'],
];

describe('authenticate', () => {
  it.each(cases)('%s', (_rule, headers, expected) => expect(codeFor(headers)).toBe(expected));

  it('makes a service account speak for its agent alone', () => {
    const result = authenticate(ring(), { 'x-api-key': token('robot', SECRET, 'sa') }, NOW);
    expect(result).toEqual({
      ok: true,
      principal: {
        kind: 'sa',
        keyId: 'robot00000000000',
        org: 'acme',
        workspace: 'production',
        address: robot,
      },
    });
  });

  it('refuses the keys of a revoked agent', () => {
    const result = authenticate(ring(true), { 'x-api-key': token('robot', SECRET, 'sa') }, NOW);
    expect(result).toMatchObject({ ok: false, code: 'key_revoked' });
  });

  it('gives an operator the permissions of the roles', () => {
    const result = authenticate(ring(), { 'x-api-key': token('good') }, NOW);
    if (!result.ok || result.principal.kind !== 'op') throw new Error('expected an operator');
    expect(result.principal.permissions.has('stop:order')).toBe(true);
    expect(result.principal.permissions.has('tenant:write')).toBe(false);
  });
});
