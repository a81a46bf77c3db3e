import type { z } from 'zod';

export type Issue = z.core.$ZodIssue;
type OfCode<C extends Issue['code']> = Extract<Issue, { code: C }>;

/** What zod says by itself; a message that a schema was given stands as it is. */
const DEFAULT_MESSAGE = /^(?:Invalid |Too (?:small|big): )/;

export const hasOwnMessage = ({ message }: Issue): boolean => !DEFAULT_MESSAGE.test(message);

/** What is wrong with a field, as a rule that the sender can follow: "must be …". `given`: what stands there. */
export const issueText = (issue: Issue, given: unknown): string => {
  if (given === undefined) return 'is required';
  return hasOwnMessage(issue) ? issue.message : ruleOf(issue);
};

const ruleOf = (issue: Issue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${nouns[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return oneOf(issue.values.map((value) => JSON.stringify(value)));
    case 'too_small':
      return amount(issue, `at least ${issue.minimum}`);
    case 'too_big':
      return amount(issue, `at most ${issue.maximum}`);
    case 'invalid_format':
      return formats[issue.format] ?? issue.message;
    default:
      return issue.message;
  }
};

const nouns: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

const formats: Readonly<Record<string, string>> = {
  uuid: 'must be a UUID',
  lowercase: 'must be in lower case',
  datetime: 'must be a time with its zone, such as 2026-01-31T03:00:00Z',
};

const oneOf = (values: readonly string[]): string =>
  values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(', ')}`;

const units: Readonly<Record<string, string>> = { string: 'characters', array: 'entries' };

const amount = ({ origin }: OfCode<'too_small'> | OfCode<'too_big'>, bound: string): string => {
  const unit = units[origin];
  return unit === undefined ? `must be ${bound}` : `must have ${bound} ${unit}`;
};
