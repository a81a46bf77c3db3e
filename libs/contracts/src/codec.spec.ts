import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { eventCodec } from './codec.js';
import { defineEvent, type EventDefinition } from './envelope.js';
import { activityEvents } from './events/activity.events.js';
import { controlEvents } from './events/control.events.js';
import { workEvents } from './events/intent.events.js';
import { ledgerEvents } from './events/ledger.events.js';
import { sessionEvents } from './events/session.events.js';

const FIXTURES = join(import.meta.dirname, '../fixtures/events');
const definitions: readonly EventDefinition[] = [
  ...controlEvents,
  ...activityEvents,
  ...workEvents,
  ...ledgerEvents,
  ...sessionEvents,
];
const codec = eventCodec<{ type: string; version: number; data: object }>(definitions);

const textOf = (type: string, version: number): string =>
  readFileSync(join(FIXTURES, `${type}.v${version}.json`), 'utf8');

const versions = definitions.flatMap(({ type, version }) =>
  Array.from({ length: version }, (_, index) => [type, index + 1] as const),
);

describe('every version of every event that was ever written', () => {
  it.each(versions)('%s version %i is still read, as the current version', (type, version) => {
    const decoded = codec.decode(textOf(type, version));
    const current = definitions.find((definition) => definition.type === type)?.version;
    expect(decoded).toMatchObject({ known: true, event: { type, version: current } });
  });

  it.each(definitions.map(({ type, version }) => [type, version] as const))(
    '%s version %i loses nothing on its way through the log',
    (type, version) => {
      const written = JSON.parse(textOf(type, version)) as {
        type: string;
        version: number;
        data: object;
      };
      expect(codec.decode(codec.encode(written))).toEqual({ known: true, event: written });
    },
  );

  it('has no fixture without an event, and no two events of one name', () => {
    const wanted = versions.map(([type, version]) => `${type}.v${version}.json`);
    expect(readdirSync(FIXTURES).toSorted()).toEqual(wanted.toSorted());
    expect(new Set(wanted).size).toBe(wanted.length);
  });
});

describe('what this build cannot read', () => {
  const registered = JSON.parse(textOf('AgentRegistered', 1)) as { data: Record<string, unknown> };
  const address = registered.data['address'];
  const unknownOf = (change: object) => {
    const decoded = codec.decode(JSON.stringify({ ...registered, ...change }));
    return decoded.known ? null : decoded.unknown;
  };

  it('is a type from the future, with the agent it names', () => {
    expect(unknownOf({ type: 'AgentFrozen' })).toEqual({
      type: 'AgentFrozen',
      version: 1,
      org: 'acme',
      workspace: 'production',
      address,
      problem: 'unknown type',
    });
  });

  it('is a version from the future', () => {
    expect(unknownOf({ version: 2 })).toMatchObject({
      type: 'AgentRegistered',
      version: 2,
      address,
      problem: 'version of the future',
    });
  });

  it('is data that does not fit, and says which field', () => {
    const unknown = unknownOf({ data: { ...registered.data, addressId: 'addr_WRONG' } });
    expect(unknown).toMatchObject({ type: 'AgentRegistered', address });
    expect(unknown?.problem).toContain('addressId');
  });

  it('is an envelope that does not fit, from which whom it names is still saved', () => {
    const unknown = unknownOf({ actor: { kind: 'ghost', id: 'x', via: 'y' } });
    expect(unknown).toMatchObject({ type: 'AgentRegistered', org: 'acme', address });
    expect(unknown?.problem).toContain('actor');
  });

  it.each(['', 'no json', '[]', 'null', '42', '"text"', '{"type":7}'])('is %j', (text) => {
    expect(codec.decode(text)).toMatchObject({
      known: false,
      unknown: { type: '?', org: null, workspace: null, address: null },
    });
  });

  it('names the agent of a stop of the future by its selector', () =>
    expect(
      unknownOf({ type: 'StopOrdered', version: 9, data: { selector: { agent: address } } }),
    ).toMatchObject({ address }));
  it('names no agent where none is named by a text', () => {
    expect(unknownOf({ type: 'Later', data: { address: 7 } })).toMatchObject({ address: null });
    expect(unknownOf({ type: 'Later', data: null })).toMatchObject({ address: null });
  });
});

describe('fields that this build does not know', () => {
  it('are left out, and the event is read', () => {
    const lifted = JSON.parse(textOf('StopLifted', 1)) as { data: object };
    const text = JSON.stringify({ ...lifted, later: 1, data: { ...lifted.data, later: 1 } });
    expect(codec.decode(text)).toEqual({ known: true, event: lifted });
  });
});

describe('a gateway that joined', () => {
  const joined = (version: number, change: object = {}) => {
    const written = JSON.parse(textOf('GatewayJoined', version)) as { data: object };
    const text = JSON.stringify({ ...written, data: { ...written.data, ...change } });
    const decoded = codec.decode(text);
    return decoded.known ? decoded.event.data : decoded.unknown;
  };

  it('before there were keys signs nothing, and can do what all could then', () =>
    expect(joined(1)).toEqual({
      gateway: 'us-east-1',
      region: 'us-east',
      boot: 3,
      url: 'http://127.0.0.1:8080',
      join: '',
      keyId: null,
      publicKey: null,
      modes: ['halt', 'pause', 'quarantine', 'drain'],
    }));

  it('with a mode of the future is read all the same, as far as this build knows modes', () =>
    expect(joined(2, { modes: ['halt', 'freeze', 'drain'] })).toMatchObject({
      modes: ['halt', 'drain'],
    }));

  it('with half a key is not read', () =>
    expect(joined(2, { publicKey: 'short' })).toMatchObject({ type: 'GatewayJoined' }));
});

describe('upcasting', () => {
  const third = defineEvent('Moved', z.object({ x: z.number(), y: z.number(), z: z.number() }), 3, {
    1: (data) => ({ ...z.object({ x: z.number() }).parse(data), y: 0 }),
    2: (data) => ({ ...z.object({ x: z.number(), y: z.number() }).parse(data), z: 0 }),
  });
  const moved = eventCodec<{ data: object }>([third]);
  const stored = (version: number, data: unknown): string =>
    JSON.stringify({ ...JSON.parse(textOf('LogStarted', 1)), type: 'Moved', version, data });

  it.each([
    [1, { x: 1 }, { x: 1, y: 0, z: 0 }],
    [2, { x: 1, y: 2 }, { x: 1, y: 2, z: 0 }],
    [3, { x: 1, y: 2, z: 3 }, { x: 1, y: 2, z: 3 }],
  ])('reads version %i as the current one, step by step', (version, data, current) => {
    expect(moved.decode(stored(version, data))).toMatchObject({
      known: true,
      event: { type: 'Moved', version: 3, data: current },
    });
  });

  it('never guesses: old data that a step cannot read is unknown', () => {
    expect(moved.decode(stored(1, { x: 'one' }))).toMatchObject({
      known: false,
      unknown: { type: 'Moved', version: 1 },
    });
  });

  it('never guesses: a version without a step is unknown', () => {
    const gap = eventCodec([defineEvent('Moved', z.object({ x: z.number() }), 2)]);
    expect(gap.decode(stored(1, { x: 1 }))).toMatchObject({ known: false });
  });
});
