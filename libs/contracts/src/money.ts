import { z } from 'zod';

/** A currency, or another thing that is counted and capped: 3–8 lower-case letters, for example `usd`, `eur`, `usdc`. */
export const Currency = z
  .string()
  .regex(/^[a-z]{3,8}$/, 'must be 3-8 letters of a-z, for example usd')
  .brand<'Currency'>();
export type Currency = z.infer<typeof Currency>;

export const MICRO = 1_000_000;
/** A thousand million units: far above any cap, and sums of thousands of them are still exact. */
const UNITS_MAX = 1_000_000_000;
export const MICRO_MAX = UNITS_MAX * MICRO;

/** Money as a whole number of millionths of its unit: sums are exact. */
export const MicroUnits = z.number().int().min(0).max(MICRO_MAX);
export type MicroUnits = z.infer<typeof MicroUnits>;

const AMOUNT = /^(\d{1,10})(?:\.(\d{1,6}))?$/;
const AMOUNT_RULE = `must be a decimal number as text, at least 0, at most ${UNITS_MAX}, with at most six digits after the point, for example "10.00"`;

/** `null` for anything but a plain decimal amount that fits. */
export const microOf = (text: string): number | null => {
  const match = AMOUNT.exec(text);
  if (match === null) return null;
  const micro = Number(match[1]) * MICRO + Number((match[2] ?? '').padEnd(6, '0'));
  return micro <= MICRO_MAX ? micro : null;
};

/** Two digits after the point at least, six at most: `10.00`, `0.370001`. */
export const formatMicro = (micro: number): string => {
  const sign = micro < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(micro) / MICRO);
  const rest = String(Math.abs(micro) % MICRO).padStart(6, '0');
  return `${sign}${whole}.${rest.slice(0, 2)}${rest.slice(2).replace(/0+$/, '')}`;
};

/** An amount in a body: text, so that no cent is lost to floating point. */
export const Amount = z.string().refine((text) => microOf(text) !== null, AMOUNT_RULE);
