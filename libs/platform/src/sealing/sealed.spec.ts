import { CannotUnseal, newSecretsKey, sealingWith, SecretsKey } from './sealed.js';

const KEY = 'ab'.repeat(32);
const sealing = sealingWith(KEY);
const ABOUT = 'acme/subscription-1';

const refusal = (open: () => unknown): unknown => {
  try {
    return open();
  } catch (error) {
    return error;
  }
};

it('opens what it sealed, in another process as well', () => {
  const sealed = sealing.seal('whsec_grüße', ABOUT);
  expect(sealed).not.toContain('whsec');
  expect(sealingWith(KEY).unseal(sealed, ABOUT)).toBe('whsec_grüße');
});

it('seals nothing twice alike', () =>
  expect(sealing.seal('same', ABOUT)).not.toBe(sealing.seal('same', ABOUT)));

it('opens nothing that belongs to something else', () => {
  const sealed = sealing.seal('secret', ABOUT);
  expect(refusal(() => sealing.unseal(sealed, 'acme/subscription-2'))).toBeInstanceOf(CannotUnseal);
});

it('opens nothing with another key', () => {
  const sealed = sealing.seal('secret', ABOUT);
  const other = sealingWith(newSecretsKey());
  expect(refusal(() => other.unseal(sealed, ABOUT))).toBeInstanceOf(CannotUnseal);
});

it('opens nothing of which any byte was changed', () => {
  const sealed = sealing.seal('secret', ABOUT);
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  for (const at of bytes.keys()) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] as number) ^ 1;
    const text = `v1.${changed.toString('base64url')}`;
    expect(refusal(() => sealing.unseal(text, ABOUT))).toBeInstanceOf(CannotUnseal);
  }
});

it.each(['', 'v1.', 'v1.AAAA', 'v2.AAAA', 'whsec_plain'])('opens no %s', (text) =>
  expect(refusal(() => sealing.unseal(text, ABOUT))).toBeInstanceOf(CannotUnseal),
);

it.each(['', 'short', 'zz'.repeat(32), 'ab'.repeat(33)])('takes no key like "%s"', (text) =>
  expect(SecretsKey.safeParse(text).success).toBe(false),
);

it('makes keys that it takes', () =>
  expect(SecretsKey.safeParse(newSecretsKey()).success).toBe(true));
