import type { BudgetScope } from './events/budget.events.js';

/** A scope in one line, as operators write it: `agent://…`, `tag:x@org/ws`, `tag:x@org`, `ns:org/ws`, `org:x`, `session:…`. */
export const formatBudgetScope = (scope: BudgetScope): string => {
  if ('agent' in scope) return scope.agent;
  if ('session' in scope) return `session:${scope.session}`;
  if ('tag' in scope)
    return `tag:${scope.tag}@${'namespace' in scope ? scope.namespace : scope.org}`;
  return 'namespace' in scope ? `ns:${scope.namespace}` : `org:${scope.org}`;
};
