/** The mesh cannot start, for a reason that the user can mend. Told in two lines, without a stack trace. */
export class CannotStart extends Error {
  override readonly name: string = 'CannotStart';
  readonly exitCode: number = 1;
  readonly cure: string;

  constructor(problem: string, cure: string) {
    super(problem);
    this.cure = cure;
  }
}

/** An option is unknown or has a value that it cannot have. */
export class BadOption extends CannotStart {
  override readonly name = 'BadOption';
  override readonly exitCode = 2;
}
