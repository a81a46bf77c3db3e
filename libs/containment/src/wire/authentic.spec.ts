import {
  controlEvents,
  eventCodec,
  gatewaySubject,
  nodeSubject,
  type ControlEvent,
  type NodeId,
} from '#contracts';
import { exampleStop } from '../example/example-orders.js';
import { KeyRing } from '../keys/key-ring.js';
import { generateKey, openKey, type SigningKey } from '../keys/signing-key.js';
import { signedEvent } from './authentic.js';
import { entryOf, learn } from './log-entries.js';

const codec = eventCodec<ControlEvent>(controlEvents);
const { data: _data, type: _type, ...envelope } = exampleStop('a');
const event = (type: string, data: object): ControlEvent =>
  ({ ...envelope, type, data }) as unknown as ControlEvent;

/** A log that one reader reads, with the keys that it learns on the way. */
class Reader {
  readonly ring = new KeyRing();
  #sequence = 0;

  read(text: string, subject = placeOf(text)) {
    this.#sequence += 1;
    const raw = { subject, storedAtMs: Date.parse(envelope.at), bytes: text.length };
    const entry = entryOf({ ...raw, sequence: this.#sequence, text }, this.ring);
    learn(entry, this.ring);
    return entry.fact.kind;
  }

  signed(of: ControlEvent, id: string, key: SigningKey, subject?: string) {
    return this.read(codec.encode(signedEvent(of, id, key)), subject);
  }
}

/** Where honest writers put it. */
const placeOf = (text: string): string => {
  const { type, data } = JSON.parse(text) as { type: string; data: Record<string, string> };
  if (type.startsWith('Node')) return nodeSubject(data['node'] ?? '');
  if (type.startsWith('Gateway')) return gatewaySubject(data['gateway'] ?? '');
  return 'control.acme.production.stop.x';
};

const joined = (node: string, { publicKey, keyId }: SigningKey): ControlEvent =>
  event('NodeJoined', { node: node as NodeId, name: 'n', join: 'j', publicKey, keyId, url: null });

describe('what is read in the control log', () => {
  const key = openKey(generateKey());
  let reader: Reader;
  beforeEach(() => {
    reader = new Reader();
  });

  it('counts unsigned before the first node with a key, and not after', () => {
    expect(reader.read(codec.encode(exampleStop('a')))).toBe('stop-ordered');
    expect(reader.signed(joined('n1', key), 'n1', key)).toBe('node-joined');
    expect(reader.read(codec.encode(exampleStop('b')))).toBe('other');
    expect(reader.signed(exampleStop('c'), 'n1', key)).toBe('stop-ordered');
  });

  it('is no join without the private half of the key that it brings', () => {
    expect(reader.signed(joined('n1', key), 'n1', openKey(generateKey()))).toBe('other');
    expect(reader.signed(joined('n1', key), 'n2', key)).toBe('other');
    expect(reader.ring.signingBegan).toBe(false);
  });

  it('is no lift that a gateway signed', () => {
    reader.signed(joined('n1', key), 'n1', key);
    const own = openKey(generateKey());
    const gateway = { gateway: 'g1', region: 'us', boot: 1, url: null, join: 'j', modes: ['halt'] };
    const { publicKey, keyId } = own;
    const join = { ...event('GatewayJoined', { ...gateway, publicKey, keyId }), version: 2 };
    expect(reader.signed(join as ControlEvent, 'g1', own)).toBe('gateway-joined');
    const { orderId } = exampleStop('a').data;
    const lift = event('StopLifted', { orderId, reason: null, cause: 'operator' });
    expect(reader.signed(lift, 'g1', own)).toBe('other');
    expect(reader.signed(lift, 'n1', key)).toBe('stop-lifted');
  });

  it('is no goodbye that another said', () => {
    const other = openKey(generateKey());
    reader.signed(joined('n1', key), 'n1', key);
    reader.signed(joined('n2', other), 'n2', other);
    expect(reader.signed(event('NodeLeft', { node: 'n1' }), 'n2', other)).toBe('other');
    expect(reader.signed(event('NodeLeft', { node: 'n1' }), 'n1', key)).toBe('node-left');
  });

  it('is no order of which a word was changed', () => {
    reader.signed(joined('n1', key), 'n1', key);
    const text = codec.encode(signedEvent(exampleStop('a'), 'n1', key));
    expect(reader.read(text.replace('rogue', 'other'))).toBe('other');
    expect(reader.read(text.replace('"via":"http"', '"via":"cli"'))).toBe('other');
    expect(reader.read(text)).toBe('stop-ordered');
  });

  it('is no join of a node on a subject that a gateway may write, whoever signed it', () => {
    const own = openKey(generateKey());
    const where = gatewaySubject('g1');
    expect(reader.signed(joined('n1', own), 'n1', own, where)).toBe('other');
    expect(reader.signed(joined('n1', own), 'n1', own, nodeSubject('n2'))).toBe('other');
    expect(reader.ring.signingBegan).toBe(false);
  });

  it('is nothing but its membership on the subject of a gateway', () => {
    reader.signed(joined('n1', key), 'n1', key);
    const { orderId } = exampleStop('a').data;
    const lift = event('StopLifted', { orderId, reason: null, cause: 'operator' });
    expect(reader.signed(lift, 'n1', key, gatewaySubject('g1'))).toBe('other');
    expect(reader.signed(exampleStop('a'), 'n1', key, 'control.mesh.key.g1')).toBe('other');
    expect(reader.signed(lift, 'n1', key, 'control.mesh.gateway.stop.x')).toBe('stop-lifted');
  });
});
