import { beforeEach, describe, expect, it } from '@jest/globals';
import { JoinAppends } from './join-appends.js';

describe('the appended joins of a gateway', () => {
  let joins: JoinAppends;
  beforeEach(() => {
    joins = new JoinAppends();
    joins.sent('join:1', 10);
  });

  it('tell of a roll-back when one lands where the gateway had read before', () => {
    expect(joins.answered('join:1', { outcome: 'stored', sequence: 10 }, 0)).toBe('rolled-back');
  });

  it('tell of a roll-back when one lands at or below the pin of the disk', () => {
    expect(joins.answered('join:1', { outcome: 'stored', sequence: 30 }, 30)).toBe('rolled-back');
  });

  it('tell nothing when one lands after all that was read, or when nobody knows', () => {
    expect(joins.answered('join:1', { outcome: 'stored', sequence: 11 }, 0)).toBe('nothing');
    joins.sent('join:2', 10);
    expect(joins.answered('join:2', { outcome: 'failed' }, 0)).toBe('nothing');
  });

  it('tell nothing of one that was sent to the log of before', () => {
    const again = new JoinAppends();
    expect(again.answered('join:1', { outcome: 'stored', sequence: 1 }, 0)).toBe('nothing');
  });

  it('ask for a new reading when two in a row are refused for an event that does not come', () => {
    expect(joins.answered('join:1', { outcome: 'exists' }, 0)).toBe('nothing');
    joins.sent('join:2', 12);
    expect(joins.answered('join:2', { outcome: 'exists' }, 0)).toBe('nothing');
    joins.sent('join:3', 12);
    expect(joins.answered('join:3', { outcome: 'exists' }, 0)).toBe('not-read');
  });
});
