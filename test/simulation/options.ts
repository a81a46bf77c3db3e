import { parseArgs, type ParseArgsConfig } from 'node:util';
/** Ends the program where an option is no whole number of at least `least`. */
export const wholeNumber = (name: string, text: string, least = 0): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  console.error(`--${name} must be a whole number of at least ${least}, not "${text}"`);
  return process.exit(2);
};

/** Tells on the terminal, in one line that is written over, what takes longer than two seconds. */
export class Progress {
  readonly #startedMs = performance.now();
  #toldMs = 0;

  say(line: string): void {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || nowMs - this.#startedMs < 2_000 || nowMs - this.#toldMs < 200)
      return;
    this.#toldMs = nowMs;
    process.stderr.write(`\r\u001B[2K${line}`);
  }

  end(): void {
    if (this.#toldMs > 0) process.stderr.write('\r\u001B[2K');
  }
}

/** The command line by its options. One that cannot be read ends the process with code 2 and says what may be written. */
export const optionsOf = <O extends NonNullable<ParseArgsConfig['options']>>(options: O) => {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(
      `${(error as Error).message}\nThe options are --${Object.keys(options).join(', --')}; see --help.`,
    );
    process.exit(2);
  }
};
