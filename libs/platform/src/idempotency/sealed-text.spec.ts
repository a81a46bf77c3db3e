import { openSealed, sealText } from './sealed-text.js';

describe('a sealed text', () => {
  it('is opened by its own secret alone', () => {
    const sealed = sealText('{"token":"estop_sa_…"}', 'mine');
    expect(openSealed(sealed, 'mine')).toBe('{"token":"estop_sa_…"}');
    expect(openSealed(sealed, 'yours')).toBeNull();
  });
  it('is not opened once it was changed', () => {
    const bytes = Buffer.from(sealText('text', 'mine'), 'base64');
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    expect(openSealed(bytes.toString('base64'), 'mine')).toBeNull();
    expect(openSealed('', 'mine')).toBeNull();
  });
  it('does not look like its text', () =>
    expect(Buffer.from(sealText('a secret', 'mine'), 'base64').toString('latin1')).not.toContain(
      'secret',
    ));
});
