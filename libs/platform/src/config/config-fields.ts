import { z } from 'zod';

/** A whole number, given as text. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`);

/** `true` or `false`; also `1` or `0`. */
export const flag = () =>
  z
    .enum(['true', 'false', '1', '0'], 'must be true or false')
    .transform((text) => text === 'true' || text === '1');

/** Names separated by commas. */
export const commaList = () =>
  z.string().transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );

/** Settings that every service has: spread them into its schema. */
export const serviceFields = {
  host: z.string().default('127.0.0.1').describe('the address to listen on'),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('the least severe lines to log'),
  otlpUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe('where traces go, for example http://collector:4318; off when empty'),
  natsUrl: z
    .string()
    .min(1)
    .describe('the NATS servers, separated by commas')
    .meta({ secret: true }),
};

/** Settings of a service that nobody sends requests to, with a NATS account of its own: spread them into its schema. */
export const backgroundFields = {
  port: wholeNumber(0, 65_535)
    .default(0)
    .describe('the port of /livez, /readyz, /startupz and /metrics; 0 picks a free one'),
  natsUser: z.string().nullable().default(null).describe('the user at NATS; none when empty'),
  natsPassword: z
    .string()
    .nullable()
    .default(null)
    .describe("the user's password")
    .meta({ secret: true }),
  natsDomain: z
    .string()
    .min(1)
    .optional()
    .describe('the JetStream domain of the hub, for a user with an account of its own'),
};
