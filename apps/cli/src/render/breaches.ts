import type { BreachView, StopOrderId } from '#contracts';
import { shown, when } from './words.js';

/** `policy deploy-rate, rules.0, at …: 501 intents sent in an hour, … (501 of 500, per hour)`. */
export const breachText = ({ policy, rule, at, evidence }: BreachView): string => {
  const { says, measured, limit, window } = evidence;
  const figures = [
    measured !== null && limit !== null ? `${measured}, limit ${limit}` : null,
    window,
  ].filter(Boolean);
  const beside = figures.length === 0 ? '' : ` (${figures.join(', ')})`;
  return `policy ${policy}, rules.${rule}, ${when(at)}: ${shown(says)}${beside}`;
};

/** What led policies to order what holds an agent. */
export const breachLines = (
  orders: readonly {
    readonly order_id: StopOrderId;
    readonly breach: BreachView | null;
  }[],
): readonly string[] => {
  const told = orders.flatMap(({ order_id: id, breach }) =>
    breach === null ? [] : [`  ${id}  ${breachText(breach)}`],
  );
  return told.length === 0 ? [] : ['', 'Ordered by policies:', ...told];
};
