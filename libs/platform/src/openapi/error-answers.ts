import { problemCodes, type ProblemCode, type RouteDefinition } from '#contracts';
import type { JsonSchema } from './components.js';

/** How every error looks. */
export const PROBLEM_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance', 'error', 'trace_id'],
  properties: {
    type: { type: 'string', description: 'urn:estop:problem:CODE' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    error: {
      type: 'object',
      required: ['code', 'message', 'category', 'retryable'],
      properties: {
        code: { type: 'string', enum: Object.keys(problemCodes) },
        message: { type: 'string' },
        category: { type: 'string' },
        retryable: { type: 'boolean' },
        details: { type: 'object' },
      },
    },
    trace_id: { type: 'string' },
  },
};

const meanings: Readonly<Record<string, string>> = {
  '400': 'The request cannot be read.',
  '401': 'No valid key.',
  '403': 'Not allowed, or stopped by an order.',
  '404': 'Nothing of this name that the caller may see.',
  '409': 'In conflict with what is there.',
  '413': 'Larger than 1 MiB.',
  '415': 'Not JSON.',
  '422': 'A field is not as it must be.',
  '429': 'Over a limit; see Retry-After.',
  '500': 'Something broke here.',
  '503': 'Not now; see Retry-After.',
};

/** The errors that a route can answer with, by status, with their codes. */
export const errorAnswers = (route: RouteDefinition): Record<string, JsonSchema> => {
  const statuses = new Set(['400', '500']);
  const add = (...more: string[]): void => more.forEach((status) => statuses.add(status));
  if (route.access.kind !== 'public') add('401', '403', '503');
  if (route.params) add('404', '422');
  if (route.query) add('422');
  if (route.body) add('413', '415', '422');
  if (route.method !== 'GET') add('409');
  if (route.access.kind === 'gate') add('429');
  return Object.fromEntries([...statuses].sort().map((status) => [status, answerOf(status)]));
};

const answerOf = (status: string): JsonSchema => ({
  description: `${meanings[status] ?? 'An error.'} Codes: ${codesOf(status).join(', ')}.`,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

const codesOf = (status: string): ProblemCode[] =>
  (Object.keys(problemCodes) as ProblemCode[]).filter(
    (code) => String(problemCodes[code].status) === status,
  );
