/** What the shell is told. A script may trust 0: it is given only for what was confirmed. */
export const exitCodes = {
  confirmed: 0,
  failed: 1,
  usage: 2,
  notAuthorised: 3,
  /** Accepted, and on disk, but not contained within the wait; or waiting for a second person. */
  notConfirmed: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
