import type { z } from 'zod';
import { ApiProblem } from './api-problem.js';
import { hasOwnMessage, issueText, type Issue } from './issue-text.js';

/** One thing that is wrong with a request, and where. */
export interface FieldError {
  readonly in: 'path' | 'query' | 'body';
  /** `selector.agent`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

const FIELDS_MAX = 20;
const NAME_CHARACTERS_MAX = 100;
const UNKNOWN = 'is not a known field';

/** Parses a part of a request. @throws ApiProblem `invalid_field` that names every bad field. */
export const parsePart = <S extends z.ZodType>(
  schema: S,
  where: FieldError['in'],
  value: unknown,
): z.infer<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidFields(fieldErrors(where, parsed.error.issues, value));
};

export const invalidFields = (fields: readonly FieldError[]): ApiProblem => {
  const said = fields.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return new ApiProblem('invalid_field', `${said.join('; ')}.`, { details: { fields } });
};

const fieldErrors = (
  where: FieldError['in'],
  issues: readonly Issue[],
  value: unknown,
): FieldError[] =>
  issues
    .flatMap((issue) => flatten(issue, [], value))
    .slice(0, FIELDS_MAX)
    .map(({ path, message }) => ({ in: where, path: nameOf(path), message }));

interface Flat {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const flatten = (issue: Issue, above: readonly PropertyKey[], root: unknown): Flat[] => {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: UNKNOWN }));
  }
  const given = valueAt(root, path);
  if (issue.code !== 'invalid_union' || issue.errors.length === 0 || given === undefined) {
    return [{ path, message: issueText(issue, given) }];
  }
  const best = closest(issue.errors);
  const strangers = unknownInAll(issue.errors);
  if (!hasOwnMessage(issue) || !best.some((inner) => isOfShape(inner, given, strangers))) {
    return best.flatMap((inner) => flatten(inner, path, root));
  }
  const named = strangers.map((key) => ({ path: [...path, key], message: UNKNOWN }));
  return [...named, { path, message: issue.message }];
};

/** Of the alternatives of a union, the one that the value nearly fits. */
const closest = (alternatives: readonly (readonly Issue[])[]): readonly Issue[] =>
  alternatives.reduce((best, other) => (other.length < best.length ? other : best));

/** Names that none of the alternatives knows. */
const unknownInAll = (alternatives: readonly (readonly Issue[])[]): string[] => {
  const [first = [], ...others] = alternatives.map((issues) =>
    issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : [])),
  );
  return first.filter((key) => others.every((keys) => keys.includes(key)));
};

/** The value fits no alternative as a whole, rather than one of them but for a field. */
const isOfShape = (issue: Issue, given: unknown, strangers: readonly string[]): boolean => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.some((key) => !strangers.includes(key));
  }
  return issue.path.length === 0 || valueAt(given, issue.path) === undefined;
};

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    root,
  );

const nameOf = (path: readonly PropertyKey[]): string =>
  path.map(String).join('.').slice(0, NAME_CHARACTERS_MAX);
