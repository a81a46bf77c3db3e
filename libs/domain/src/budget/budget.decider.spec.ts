import { describe, expect, it } from '@jest/globals';
import { Address, Currency, OrgName, type BudgetEvent } from '#contracts';
import { budgetDecider, type BudgetCommand } from './budget.decider.js';

const about = {
  key: {
    scope: { agent: Address.parse('agent://acme/prod/bot') },
    currency: Currency.parse('usd'),
    per: 'day' as const,
  },
  org: OrgName.parse('acme'),
};
const set = (capMicro: number): BudgetCommand => ({
  type: 'SetBudget',
  ...about,
  capMicro,
  alertPct: [80],
});
const remove: BudgetCommand = { type: 'RemoveBudget', ...about };
const topUp = (topUpId: string, until: string): BudgetCommand => ({
  ...{ type: 'TopUpBudget', ...about, topUpId, amountMicro: 5, until, reason: 'incident' },
  now: '2026-01-31T03:00:00.000Z',
});
const later = '2026-01-31T04:00:00.000Z';

/** What the last command came to, after those before it. */
const decide = (...commands: BudgetCommand[]) => {
  let state = budgetDecider.initialState;
  const last = commands.pop() as BudgetCommand;
  for (const command of commands) {
    const decision = budgetDecider.decide(command, state);
    if (decision.accepted)
      for (const event of decision.events)
        state = budgetDecider.evolve(state, event as BudgetEvent);
  }
  const decision = budgetDecider.decide(last, state);
  return decision.accepted ? decision.events.map(({ type }) => type) : decision.rejection;
};

describe('a cap', () => {
  it('is set, and set again only when it changes', () => {
    expect(decide(set(5))).toEqual(['BudgetSet']);
    expect(decide(set(5), set(5))).toEqual([]);
    expect(decide(set(5), set(0))).toEqual(['BudgetSet']);
  });

  it('is removed once, silently where there is none', () => {
    expect(decide(set(5), remove)).toEqual(['BudgetRemoved']);
    expect(decide(remove)).toEqual([]);
  });

  it('is topped up once by one id, for a time that is to come', () => {
    expect(decide(topUp('a', later))).toBe('BUDGET_UNKNOWN');
    expect(decide(set(5), topUp('a', later))).toEqual(['BudgetToppedUp']);
    expect(decide(set(5), topUp('a', later), topUp('a', later))).toEqual([]);
    expect(decide(set(5), topUp('a', '2026-01-31T02:00:00.000Z'))).toBe('TOP_UP_OVER');
  });

  it('is topped up for a week at most', () => {
    expect(decide(set(5), topUp('a', '2026-02-07T03:00:00.000Z'))).toEqual(['BudgetToppedUp']);
    expect(decide(set(5), topUp('a', '2026-02-07T03:00:00.001Z'))).toBe('TOP_UP_TOO_LONG');
  });

  it('has so many top-ups at once, and no more', () => {
    const many = Array.from({ length: 50 }, (_, index) => topUp(`t${index}`, later));
    expect(decide(set(5), ...many, topUp('more', later))).toBe('TOO_MANY_TOP_UPS');
  });
});
