import { createHash } from 'node:crypto';
import {
  agentAddress,
  AddressId,
  KeyId,
  ServiceAccountId,
  StopOrderId,
  type Selector,
} from '#contracts';
import { base32 } from './base32.js';
import {
  addressIdOf,
  serviceAccountIdOf,
  stopOrderIdFrom,
  type StopOrderSource,
} from './hashed-ids.js';
import { systemIds } from './ids.js';
import { formatKey, parseKey } from './key-token.js';

const robot = agentAddress('acme', 'production', 'robot');

describe('base32', () => {
  it('is RFC 4648 in lower case', () => {
    expect(base32(Buffer.from('foobar'), 20)).toBe('mzxw6ytboi'.slice(0, 9));
    expect(base32(Buffer.from('fooba'), 20)).toBe('mzxw6ytb');
  });
});

describe('ids', () => {
  it('address and service account share their 20 characters', () => {
    const id = addressIdOf(robot);
    expect(AddressId.parse(id)).toBe(id);
    expect(ServiceAccountId.parse(serviceAccountIdOf(robot)).slice(3)).toBe(id.slice(5));
    const digest = createHash('sha256').update(robot).digest();
    expect(id).toBe(`addr_${base32(digest, 20)}`);
  });

  it('an order of the same request has the same id, of any other another', () => {
    const source: StopOrderSource = {
      org: 'acme',
      actor: 'key0000000000000',
      key: 'abc',
      mode: 'halt',
      selector: { agent: robot },
    };
    const id = stopOrderIdFrom(source);
    const org = { org: 'acme' } as Selector;
    expect(StopOrderId.parse(id)).toBe(id);
    expect(stopOrderIdFrom({ ...source })).toBe(id);
    expect(stopOrderIdFrom({ ...source, mode: 'pause' })).not.toBe(id);
    expect(stopOrderIdFrom({ ...source, selector: org })).not.toBe(id);
    expect(stopOrderIdFrom({ ...source, actor: 'key0000000000001' })).not.toBe(id);
  });

  it('UUIDs are version 7, unique and in order', () => {
    const made = Array.from({ length: 5000 }, () => systemIds.uuid());
    expect(new Set(made).size).toBe(made.length);
    expect([...made].sort()).toEqual(made);
    for (const id of made.slice(0, 20)) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it('order and key ids are spelt as the contracts say', () => {
    expect(StopOrderId.safeParse(systemIds.stopOrderId()).success).toBe(true);
    expect(KeyId.safeParse(systemIds.keyId()).success).toBe(true);
    expect(systemIds.secret()).toMatch(/^[0-9a-f]{64}$/);
  });

  it('a key is read back as it was written', () => {
    const token = { kind: 'sa', keyId: systemIds.keyId(), secret: systemIds.secret() } as const;
    expect(parseKey(formatKey(token))).toEqual(token);
    expect(parseKey(`${formatKey(token)}0`)).toBeNull();
  });
});
