/** Characters that mean something in the text format of COPY. */
const SPECIAL = /[\\\n\r\t]/;
const SPECIALS = /[\\\n\r\t]/g;
const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const escaped = (text: string): string =>
  SPECIAL.test(text) ? text.replace(SPECIALS, (character) => escapes[character] ?? '') : text;

const field = (value: unknown): string => {
  if (typeof value === 'string') return escaped(value);
  if (value === null || value === undefined) return '\\N';
  return typeof value === 'object' ? escaped(JSON.stringify(value)) : `${value as number}`;
};

/** Rows in the text format of COPY; columns that a row does not name are null. */
export const copyText = (rows: readonly object[], columns: readonly string[]): string => {
  let text = '';
  for (const row of rows as readonly Readonly<Record<string, unknown>>[]) {
    for (const [index, column] of columns.entries()) {
      text += (index === 0 ? '' : '\t') + field(row[column]);
    }
    text += '\n';
  }
  return text;
};
