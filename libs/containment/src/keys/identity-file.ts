import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '#platform';
import { generateKey, openKey, type SigningKey } from './signing-key.js';

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

/** Who this process is: an id and a key that live in its data directory, readable by its user alone. */
export class IdentityFile {
  private constructor(
    private readonly file: string,
    readonly id: string,
    private key: SigningKey,
  ) {}

  /**
   * Reads the identity, or makes one with the id given. @throws DamagedDataError when it cannot be read, or belongs to
   * another id and `mustBe` says that the id may not change.
   */
  static async open(directory: string, makeId: () => string): Promise<IdentityFile> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = join(directory, 'identity.json');
    const kept = await read(file);
    const content = kept ?? { id: makeId(), ...generateKey() };
    if (kept === null) await save(file, content);
    return new IdentityFile(file, content.id, openKey(content));
  }

  get current(): SigningKey {
    return this.key;
  }

  /** A new key on disk before anybody hears of it; `use` makes it the one that signs. */
  async next(): Promise<{ readonly key: SigningKey; use(): Promise<void> }> {
    const text = generateKey();
    const key = openKey(text);
    const pending = `${this.file}.next`;
    await save(pending, { id: this.id, ...text });
    return {
      key,
      use: async () => {
        await save(this.file, { id: this.id, ...text });
        this.key = key;
      },
    };
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
