import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { lockDirectory, writeWhole } from '#platform';
import { generateKey, openKey, type KeyText, type SigningKey } from './signing-key.js';

const Text = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url');

const IdentityFileSchema = z.strictObject({
  id: z.string().min(1).max(63),
  publicKey: Text,
  privateKey: Text,
});
type IdentityContent = z.infer<typeof IdentityFileSchema>;

/** The data directory holds what cannot be used. */
export class DamagedDataError extends Error {
  override readonly name = 'DamagedDataError';
  readonly code = 'DAMAGED_DATA';
  constructor(file: string, why: string, cure: string) {
    super(`${file} cannot be used: ${why}. ${cure}`);
  }
}

const CURE =
  'Restore it from a backup; or move the whole directory away, and this process starts as a new one';

/** A key of this process that it may sign with. */
export interface OwnKey {
  readonly key: SigningKey;
  readonly text: KeyText;
}

const ownKey = ({ publicKey, privateKey }: KeyText): OwnKey => {
  const text = { publicKey, privateKey };
  return { key: openKey(text), text };
};

interface Held {
  readonly file: string;
  readonly id: string;
  readonly release: () => void;
}

/** Where a new key waits until the log has it, and `identity.json` after that. */
const nextTo = (file: string): string => `${file}.next`;

/**
 * Who this process is: an id and a key that live in its data directory, readable by its user alone. Whoever has it open
 * has the whole directory for itself: two processes with one identity would supersede each other, and write one pinned file.
 */
export class IdentityFile {
  readonly id: string;
  /** Lets go of the directory. */
  readonly release: () => void;

  private constructor(
    private readonly held: Held,
    private own: OwnKey,
    /** Made, and on the disk, by a forerunner that ended before it was known to sign with it; `null`: none. */
    readonly unused: OwnKey | null,
  ) {
    this.id = held.id;
    this.release = held.release;
  }

  /**
   * Reads the identity, or makes one with the id given.
   *
   * @throws LockedError when a living process has the directory, DamagedDataError when the identity cannot be read
   */
  static async open(directory: string, makeId: () => string): Promise<IdentityFile> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const release = lockDirectory(join(directory, 'lock'));
    try {
      const file = join(directory, 'identity.json');
      const kept = await read(file);
      const content = kept ?? { id: makeId(), ...generateKey() };
      if (kept === null) await save(file, content);
      const unused = await readUnused(nextTo(file), content);
      return new IdentityFile({ file, id: content.id, release }, ownKey(content), unused);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Opens another file of the directory; lets go of it where that fails. */
  async holding<T>(opening: Promise<T>): Promise<T> {
    try {
      return await opening;
    } catch (error) {
      this.release();
      throw error;
    }
  }

  get current(): SigningKey {
    return this.own.key;
  }

  get currentOwn(): OwnKey {
    return this.own;
  }

  /** A new key on disk before anybody hears of it. */
  async next(): Promise<OwnKey> {
    const own = ownKey(generateKey());
    await save(nextTo(this.held.file), { id: this.id, ...own.text });
    return own;
  }

  /** From now on this one signs. The disk says it later: see `keep`. */
  use(own: OwnKey): void {
    this.own = own;
  }

  /** Resolves when the disk holds the key that signs. */
  async keep(): Promise<void> {
    await save(this.held.file, { id: this.id, ...this.own.text });
    await rm(nextTo(this.held.file), { force: true });
  }
}

const save = (file: string, content: IdentityContent): Promise<void> =>
  writeWhole(file, `${JSON.stringify(content, null, 2)}\n`);

const read = async (file: string): Promise<IdentityContent | null> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new DamagedDataError(file, (error as Error).message, CURE);
  }
  try {
    return IdentityFileSchema.parse(JSON.parse(text));
  } catch {
    throw new DamagedDataError(file, 'it is no identity', CURE);
  }
};

// What cannot be read is a change of keys that never came about: the key in use is in the other file.
const readUnused = async (
  file: string,
  { id, publicKey }: IdentityContent,
): Promise<OwnKey | null> => {
  const kept = await read(file).catch(() => null);
  return kept === null || kept.id !== id || kept.publicKey === publicKey ? null : ownKey(kept);
};
