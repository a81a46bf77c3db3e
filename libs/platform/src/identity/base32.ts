const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** The first `length` characters of the bytes in RFC 4648 base32, in lower case; five bits each. */
export const base32 = (bytes: Uint8Array, length: number): string => {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < length) {
      bits -= 5;
      text += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return text;
};
