import { UsageError } from './usage-error.js';

const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads `500ms`, `2s`, `10m`, `4h`, `7d`. @returns milliseconds */
export const parseDuration = (text: string, flag: string): number => {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  if (!match) {
    const cure = `Write a number and its unit: 500ms, 2s, 10m, 4h or 7d.`;
    throw new UsageError(`--${flag} is not a length of time: ${text}`, cure);
  }
  return Number(match[1]) * unitsMs[match[2] as keyof typeof unitsMs];
};

/** Like {@link parseDuration}, in whole seconds. */
export const parseSeconds = (text: string, flag: string): number => {
  const seconds = Math.round(parseDuration(text, flag) / 1000);
  if (seconds < 1) throw new UsageError(`--${flag} must be one second or more, but is ${text}`);
  return seconds;
};
