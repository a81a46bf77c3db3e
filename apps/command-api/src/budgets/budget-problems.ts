import type { BudgetRejection } from '#domain';
import { ApiProblem, invalidFields } from '#platform';

/** Why the cap was left as it is. */
export const refusal = (rejection: BudgetRejection): ApiProblem => {
  switch (rejection) {
    case 'BUDGET_UNKNOWN':
      return new ApiProblem(
        'not_found',
        'There is no such cap. Set one first: scope, currency and period name it.',
      );
    case 'TOP_UP_OVER':
      return invalidFields([
        { in: 'body', path: 'until', message: 'must be a time that is to come' },
      ]);
    case 'TOP_UP_TOO_LONG':
      return invalidFields([
        { in: 'body', path: 'until', message: 'must be within a week; for longer raise the cap' },
      ]);
    case 'TOO_MANY_TOP_UPS':
      return new ApiProblem(
        'conflict',
        'Too many top-ups of this cap last already. Raise the cap itself.',
      );
  }
};
