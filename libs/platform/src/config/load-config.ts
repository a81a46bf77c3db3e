import type { z } from 'zod';
import { ConfigError, type BadField } from './config-error.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'ESTOP_';

/**
 * Reads a service's settings from environment variables, once, at boot. Field `natsUrl` is `ESTOP_NATS_URL`; an empty
 * value is as if it were not set.
 *
 * @throws ConfigError that lists every bad field, and every variable with the prefix that no field reads: a misspelt
 * setting must not be silently without effect.
 */
export const loadConfig = <S extends z.ZodObject>(
  schema: S,
  env: Environment,
  prefix = PREFIX,
): z.infer<S> => {
  const fields = Object.keys(schema.shape);
  const names = new Map(fields.map((field) => [variableOf(field, prefix), field]));
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith(prefix) && env[name] !== undefined && !names.has(name),
  );
  const given = [...names].flatMap(([name, field]) => {
    const value = env[name]?.trim() ?? '';
    return value === '' ? [] : [[field, value] as const];
  });
  const parsed = schema.safeParse(Object.fromEntries(given));
  const bad = [
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => badField(schema, issue, prefix))),
    ...unknown.map((name) => unknownField(name, [...names.keys()])),
  ];
  if (!parsed.success || bad.length > 0) throw new ConfigError(bad);
  return parsed.data;
};

/** `natsUrl` → `ESTOP_NATS_URL` */
export const variableOf = (field: string, prefix = PREFIX): string =>
  prefix + field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

const badField = (schema: z.ZodObject, issue: z.core.$ZodIssue, prefix: string): BadField => {
  const field = String(issue.path[0] ?? '');
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const shape: z.core.$ZodType | undefined = schema.shape[field];
  const { description = null } = (shape as z.ZodType | undefined) ?? {};
  const problem = missing ? 'is required' : issue.message;
  return { name: variableOf(field, prefix), problem, meaning: description };
};

const unknownField = (name: string, known: readonly string[]): BadField => ({
  name,
  problem: `is not a setting of this service; its settings are ${known.join(', ')}`,
  meaning: null,
});
