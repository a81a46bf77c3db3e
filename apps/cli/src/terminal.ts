/** What a command may touch of the world. Tests hand in their own. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Somebody can be asked: input and error output are a terminal. */
  readonly interactive: boolean;
  /** Standard output is a terminal, and NO_COLOR is not set. */
  readonly colours: boolean;
  readonly fetch: typeof fetch;
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  /** Asks on the error output, so that standard output stays clean. */
  ask(question: string): Promise<string>;
  /** `null` when there is no such file. */
  readFile(path: string): Promise<string | null>;
  nowMs(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
