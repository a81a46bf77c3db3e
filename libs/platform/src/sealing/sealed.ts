import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';

/** The key that secrets in the log are sealed with: 32 bytes as 64 hexadecimal digits. */
export const SecretsKey = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits, for example from: openssl rand -hex 32');

export const newSecretsKey = (): string => randomBytes(KEY_BYTES).toString('hex');

/** A sealed text was changed, belongs to something else, or was sealed with another key. */
export class CannotUnseal extends Error {
  override readonly name = 'CannotUnseal';
  readonly code = 'CANNOT_UNSEAL';
  readonly retryable = false;
  constructor() {
    super('a secret cannot be opened: ESTOP_SECRETS_KEY is another one than it was sealed with');
  }
}

/** Seals short texts for places that everybody may read, and opens them again. */
export interface Sealing {
  /**
   * Twice the same text gives two sealed ones.
   *
   * @param about what it belongs to, a subscription's id for example: it opens only there
   */
  seal(text: string, about: string): string;
  /** @throws CannotUnseal */
  unseal(sealed: string, about: string): string;
}

/**
 * AES-256-GCM. The key itself is used for nothing else, so that another use of it can be added later.
 *
 * @param secretsKey as {@link SecretsKey} says
 */
export const sealingWith = (secretsKey: string): Sealing => {
  const master = Buffer.from(SecretsKey.parse(secretsKey), 'hex');
  const key = Buffer.from(hkdfSync('sha256', master, '', 'estop webhook secrets', KEY_BYTES));
  return {
    seal: (text, about) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(about));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      const whole = Buffer.concat([nonce, body, cipher.getAuthTag()]);
      return `${VERSION}.${whole.toString('base64url')}`;
    },
    unseal: (sealed, about) => {
      const [version, text = ''] = sealed.split('.');
      const whole = Buffer.from(text, 'base64url');
      if (version !== VERSION || whole.length < NONCE_BYTES + TAG_BYTES) throw new CannotUnseal();
      const decipher = createDecipheriv(CIPHER, key, whole.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(Buffer.from(about))
        .setAuthTag(whole.subarray(-TAG_BYTES));
      try {
        const body = decipher.update(whole.subarray(NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([body, decipher.final()]).toString('utf8');
      } catch {
        throw new CannotUnseal();
      }
    },
  };
};
