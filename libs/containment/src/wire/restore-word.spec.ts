import { describe, expect, it } from '@jest/globals';
import { decodeRestore, encodeRestore } from './restore-word.js';

const word = {
  ...{ node: 'n1', gateway: 'g1', boot: 2, nonce: 'x' },
  ...{ old: 'a'.repeat(32), new: 'b'.repeat(32), signature: 'k.s' },
};

describe('the word of a restore', () => {
  it('comes back as it was sent', () => {
    expect(decodeRestore(encodeRestore(word))).toEqual(word);
  });

  it('is told from everything else that is said on its way', () => {
    expect(decodeRestore('{"node":"n1"}')).toBeUndefined();
    expect(decodeRestore('junk')).toBeUndefined();
  });

  it('is not read where a field is missing, of another form, or unknown', () => {
    const texts = [
      '{"restored":',
      '{"restored":{}}',
      JSON.stringify({ restored: { ...word, boot: -1 } }),
      JSON.stringify({ restored: { ...word, also: 1 } }),
      JSON.stringify({ restored: { ...word, old: 'a'.repeat(201) } }),
    ];
    for (const text of texts) expect(decodeRestore(text)).toBeNull();
  });
});
