/** On answers of acts that were allowed, where a cap is nearly used up. */
export const BUDGET_WARNING = 'x-estop-budget-warning';
