import type { Spread } from '#contracts';

/** How far a change has come, where it has not come everywhere. */
export const spreadNote = ({ missing }: Spread): string =>
  missing.length === 0
    ? ''
    : `\nNo word yet from ${missing.map(({ gateway, region }) => `${gateway} (${region})`).join(', ')}.`;
