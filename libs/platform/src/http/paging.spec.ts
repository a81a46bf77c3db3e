import { ApiProblem } from './api-problem.js';
import { pageOf } from './paging.js';

const letters = [...'abcdefg'];
const keyOf = (letter: string): string => letter;

describe('pageOf', () => {
  it('walks a list to its end, each item once', () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: readonly string[]; next_cursor: string | null } = pageOf(letters, {
        limit: 3,
        cursor,
      });
      seen.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(letters);
  });

  it('has no next page when the limit is just met', () => {
    expect(pageOf(letters, { limit: 7 })).toEqual({ items: letters, next_cursor: null });
  });

  it('goes on behind the last item shown when others came before it', () => {
    const { next_cursor } = pageOf(letters, { limit: 2, keyOf });
    const grown = ['x', 'y', ...letters];
    expect(pageOf(grown, { limit: 2, cursor: next_cursor, keyOf }).items).toEqual(['c', 'd']);
  });

  it.each(['nonsense', '', 'WzFd', 'e30'])('refuses the cursor %j', (cursor) => {
    expect(() => pageOf(letters, { limit: 2, cursor })).toThrow(ApiProblem);
  });
});
