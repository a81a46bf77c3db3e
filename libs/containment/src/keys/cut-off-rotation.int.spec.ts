import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ControlEvent, ControlFact, NodeId } from '#contracts';
import type { RawAppend } from '#event-store';
import { createLogger, LockedError, record, systemIds, type StoredControl } from '#platform';
import { until } from '#testing';
import { IdentityFile } from './identity-file.js';
import { KeyRing } from './key-ring.js';
import { KeyRotation } from './rotation.js';
import type { SigningKey } from './signing-key.js';

const NODE = 'n1-1' as NodeId;
const NOW_MS = 1_000_000;
const LONG_AGO_MS = NOW_MS - 60_000;
const ACTOR = { kind: 'system', id: 'test', via: 'test' } as const;
const ABOUT = { actor: ACTOR, org: null, workspace: null, correlationId: 'c' };
const clock = { nowMs: () => NOW_MS, monotonicMs: () => 0 };

describe('a change of keys that was cut off', () => {
  let directory: string;
  let appended: RawAppend[];
  const opened: { release(): void; stop(): void }[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'estop-rotation-'));
    appended = [];
  });
  afterEach(() => {
    for (const { stop, release } of opened.splice(0)) {
      stop();
      release();
    }
    rmSync(directory, { recursive: true });
  });

  const start = async (): Promise<{ identity: IdentityFile; rotation: KeyRotation }> => {
    const identity = await IdentityFile.open(directory, () => NODE);
    const log = {
      append: async (request: RawAppend) => {
        appended.push(request);
        return { sequence: 50, duplicate: false };
      },
      follow: () => ({ restart: () => undefined, stop: async () => undefined }),
    };
    const logger = createLogger({ service: 'test', level: 'silent' });
    const owner = { kind: 'node' } as const;
    const own = { owner, identity, ring: new KeyRing(), log, clock, ids: systemIds, logger };
    const rotation = new KeyRotation(own);
    opened.push({ release: identity.release, stop: () => rotation.stop() });
    return { identity, rotation };
  };
  /** As `kill -9` leaves it: nothing is written any more, and its lock counts for nothing. */
  const kill = (): void => {
    for (const { stop, release } of opened.splice(0)) {
      stop();
      release();
    }
  };
  const stored = (fact: ControlFact, sequence: number, storedAtMs = LONG_AGO_MS): StoredControl => {
    const event = record(fact, ABOUT, clock, systemIds) as ControlEvent;
    return { sequence, subject: 's', storedAtMs, trace: {}, decoded: { known: true, event } };
  };
  const changed = ({ keyId, publicKey }: SigningKey): ControlFact => ({
    type: 'NodeKeyRotated',
    data: { node: NODE, keyId, publicKey },
  });
  const joined = ({ keyId, publicKey }: SigningKey): ControlFact => ({
    type: 'NodeJoined',
    data: { node: NODE, name: 'n1', join: 'j', keyId, publicKey, url: null },
  });
  const keyOnDisk = (): string =>
    (JSON.parse(readFileSync(join(directory, 'identity.json'), 'utf8')) as { publicKey: string })
      .publicKey;

  /** Killed when the log has the new key, and the file has not. */
  const cutOff = async (): Promise<{ before: SigningKey; after: SigningKey }> => {
    const { identity, rotation } = await start();
    await rotation.begin();
    const { publicKey } = (JSON.parse(appended[0]?.text ?? '') as { data: { publicKey: string } })
      .data;
    kill();
    const next = await IdentityFile.open(directory, () => NODE);
    const after = next.unused?.key;
    next.release();
    if (after?.publicKey !== publicKey) throw new Error('the new key is not on the disk');
    return { before: identity.current, after };
  };

  it('after the log has the new key is brought to its end when that is read: the new key signs, and the disk says so', async () => {
    const { before, after } = await cutOff();
    const { identity, rotation } = await start();
    expect(identity.current.publicKey).toBe(before.publicKey);
    rotation.read(stored(joined(before), 3));
    rotation.read(stored(changed(after), 50));
    expect(identity.current.publicKey).toBe(after.publicKey);
    expect(rotation.keyFor(49).publicKey).toBe(before.publicKey);
    await until(() => keyOnDisk() === after.publicKey);
    await until(() => !existsSync(join(directory, 'identity.json.next')));
  });

  it('before the log had the new key leaves the old one in use, and the next change goes on with the same new one', async () => {
    const { before, after } = await cutOff();
    const { identity, rotation } = await start();
    rotation.read(stored(joined(before), 3));
    expect(identity.current.publicKey).toBe(before.publicKey);
    await rotation.begin();
    expect(appended[1]?.text).toContain(after.publicKey);
    expect(keyOnDisk()).toBe(before.publicKey);
  });

  it('is not taken up while others may not have read it, nor after a join that says the old key again', async () => {
    const { before, after } = await cutOff();
    const { identity, rotation } = await start();
    rotation.read(stored(changed(after), 50, NOW_MS - 100));
    expect(identity.current.publicKey).toBe(before.publicKey);
    rotation.read(stored(joined(before), 60, NOW_MS));
    await rotation.begin();
    expect(appended[1]?.text).toContain(after.publicKey);
  });

  it('gives way to a join with the old key that the log holds after it: others check by that one', async () => {
    const { before, after } = await cutOff();
    const { identity, rotation } = await start();
    rotation.read(stored(changed(after), 50));
    rotation.read(stored(joined(before), 60));
    expect(identity.current.publicKey).toBe(before.publicKey);
    expect(rotation.keys.map(({ publicKey }) => publicKey)).toContain(after.publicKey);
    await until(() => !existsSync(join(directory, 'identity.json.next')));
  });

  it('whose new key cannot be read never came about', async () => {
    const { before } = await cutOff();
    rmSync(join(directory, 'identity.json.next'));
    const { identity } = await start();
    expect([identity.unused, identity.current.publicKey]).toEqual([null, before.publicKey]);
  });

  it('and the directory in which it happens belong to one living process alone', async () => {
    await start();
    await expect(IdentityFile.open(directory, () => NODE)).rejects.toThrow(LockedError);
    kill();
    const again = await IdentityFile.open(directory, () => NODE);
    again.release();
  });
});
