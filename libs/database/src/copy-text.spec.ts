import { copyText } from './copy-text.js';

describe('rows for COPY', () => {
  it('are lines of fields, nulls told apart from words', () =>
    expect(copyText([{ a: 'x', b: 2 }, { a: null }], ['a', 'b'])).toBe('x\t2\n\\N\t\\N\n'));

  it('keep an empty first field', () =>
    expect(copyText([{ a: '', b: 'x' }], ['a', 'b'])).toBe('\tx\n'));

  it('escape what would end a field, a line or the data', () =>
    expect(copyText([{ a: 'a\tb\nc\rd\\.' }], ['a'])).toBe('a\\tb\\nc\\rd\\\\.\n'));

  it('hold objects as JSON', () =>
    expect(copyText([{ a: { b: 'c\n"' } }], ['a'])).toBe('{"b":"c\\\\n\\\\""}\n'));
});
