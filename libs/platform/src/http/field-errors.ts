import { z } from 'zod';
import { ApiProblem } from './api-problem.js';

/** One thing that is wrong with a request, and where. */
export interface FieldError {
  readonly in: 'path' | 'query' | 'body';
  /** `selector.agent`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

const FIELDS_MAX = 20;
const NAME_CHARACTERS_MAX = 100;
type Issue = z.core.$ZodIssue;

/** Parses a part of a request. @throws ApiProblem `invalid_field` that names every bad field. */
export const parsePart = <S extends z.ZodType>(
  schema: S,
  where: FieldError['in'],
  value: unknown,
): z.infer<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidFields(fieldErrors(where, parsed.error.issues));
};

export const invalidFields = (fields: readonly FieldError[]): ApiProblem => {
  const said = fields.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return new ApiProblem('invalid_field', `${said.join('; ')}.`, { details: { fields } });
};

const fieldErrors = (where: FieldError['in'], issues: readonly Issue[]): FieldError[] =>
  issues
    .flatMap((issue) => flatten(issue, []))
    .slice(0, FIELDS_MAX)
    .map(({ path, message }) => ({ in: where, path: nameOf(path), message }));

interface Flat {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const flatten = (issue: Issue, above: readonly PropertyKey[]): Flat[] => {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: 'is not a known field' }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return closest(issue.errors).flatMap((inner) => flatten(inner, path));
  }
  return [{ path, message: plain(issue) }];
};

/** Of the alternatives of a union, the one that the value nearly fits. */
const closest = (alternatives: readonly (readonly Issue[])[]): readonly Issue[] =>
  alternatives.reduce((best, other) => (other.length < best.length ? other : best));

const plain = (issue: Issue): string =>
  issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
    ? 'is required'
    : issue.message;

const nameOf = (path: readonly PropertyKey[]): string =>
  path.map(String).join('.').slice(0, NAME_CHARACTERS_MAX);
