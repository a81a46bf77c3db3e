import type { StopMode } from '#contracts';

/** What has happened to whom a stop holds. */
export const stopped: Record<StopMode, string> = {
  halt: 'HALTED',
  pause: 'PAUSED',
  quarantine: 'QUARANTINED',
  drain: 'DRAINING',
};

/** `2026-01-31T03:00:00.000Z` as people read it. */
export const when = (timestamp: string | null | undefined): string =>
  timestamp ? timestamp.replace('T', ' ').replace('Z', ' UTC') : '-';

/** The time of day alone. */
export const clock = (timestamp: string): string => timestamp.slice(11, 23);

/** `12 s ago`, `3 min ago`, `5 h ago`, `2 d ago`. */
export const ago = (timestamp: string | null, nowMs: number): string => {
  if (timestamp === null) return 'never';
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(timestamp)) / 1000));
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  return seconds < 172_800
    ? `${Math.round(seconds / 3600)} h ago`
    : `${Math.round(seconds / 86_400)} d ago`;
};

export const counted = (count: number, thing: string): string =>
  `${count} ${thing}${count === 1 ? '' : 's'}`;

/** What comes from outside may hold control characters; a terminal obeys those, so they are shown instead. */
export const shown = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- that is what it is for
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '\u00b7');

/** A reason, or that there is none. */
export const reasonText = (reason: string | null): string =>
  reason === null ? 'none given' : `"${shown(reason)}"`;

/** For a command line that can be pasted. */
export const quoted = (text: string): string =>
  /^[\w:/.@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
