import { z } from 'zod';
import { IntentId, OrderStopBody, StopModeInput } from '#contracts';
import type { ApiProblem } from './api-problem.js';
import { parsePart, type FieldError } from './field-errors.js';

const wrong = (schema: z.ZodType, value: unknown): Record<string, string> => {
  try {
    parsePart(schema, 'body', value);
  } catch (error) {
    const { fields } = (error as ApiProblem).details as { fields: FieldError[] };
    return Object.fromEntries(fields.map(({ path, message }) => [path, message]));
  }
  return {};
};

describe('what is wrong with a field', () => {
  it.each<[string, z.ZodType, unknown, string]>([
    ['a missing field', z.object({ a: z.string() }), {}, 'is required'],
    ['a missing choice', z.object({ a: StopModeInput }), {}, 'is required'],
    ['another type', z.object({ a: z.string() }), { a: 1 }, 'must be a text'],
    ['a list', z.object({ a: z.object({}) }), { a: [] }, 'must be an object'],
    ['a fraction', z.object({ a: z.number().int() }), { a: 1.5 }, 'must be a whole number'],
    ['no number', z.object({ a: z.coerce.number() }), { a: 'x' }, 'must be a number'],
    ['too few', z.object({ a: z.number().min(1) }), { a: 0 }, 'must be at least 1'],
    [
      'too long',
      z.object({ a: z.string().max(2) }),
      { a: 'abc' },
      'must have at most 2 characters',
    ],
    ['no choice', z.object({ a: z.enum(['x', 'y']) }), { a: 'z' }, 'must be one of "x", "y"'],
    ['no id', z.object({ a: IntentId }), { a: 'x' }, 'must be a UUID'],
    ['a word of its own', z.object({ a: z.string().min(1, 'say it') }), { a: '' }, 'say it'],
  ])('%s', (_what, schema, value, message) => expect(wrong(schema, value)).toEqual({ a: message }));
});

describe('a selector that is none', () => {
  const SHAPE = expect.stringMatching(/^must be one of \{"agent": …\}/);
  const agent = 'agent://acme/production/mailer';
  it.each<[unknown, object]>([
    [undefined, { selector: 'is required' }],
    [null, { selector: SHAPE }],
    ['tag:x', { selector: SHAPE }],
    [{}, { selector: SHAPE }],
    [{ agent, tag: 'x' }, { selector: SHAPE }],
    [{ tagg: 'x' }, { 'selector.tagg': 'is not a known field', selector: SHAPE }],
    [{ tag: 'x', capabilty: 'intent:a' }, { 'selector.capabilty': 'is not a known field' }],
    [{ tag: '*' }, { 'selector.tag': expect.stringContaining('must be 1-63 characters') }],
    [{ tag: 'x', namespace: 'acme' }, { 'selector.namespace': 'must be org/workspace' }],
    [{ agent: null }, { 'selector.agent': 'must be a text' }],
  ])('%j', (selector, fields) =>
    expect(wrong(OrderStopBody, { mode: 'halt', selector })).toEqual(fields),
  );
});
