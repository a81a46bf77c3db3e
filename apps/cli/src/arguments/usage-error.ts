/** The command line cannot be understood; says what is wrong, and what to type instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(
    message: string,
    readonly cure: string | null = null,
  ) {
    super(message);
  }
}
