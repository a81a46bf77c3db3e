export interface FakeTerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** By path. */
  readonly files?: Readonly<Record<string, string>>;
  /** What somebody types, line by line; without it there is nobody to ask. */
  readonly typed?: readonly string[];
  readonly colours?: boolean;
  readonly fetch: typeof fetch;
  /** @default 2026-01-31T03:05:00Z */
  readonly nowMs?: number;
}

/** A terminal for specs of the command line: keeps what was printed, waits for nothing. */
export class FakeTerminal {
  readonly output: string[] = [];
  readonly errors: string[] = [];
  readonly env: Readonly<Record<string, string>>;
  readonly interactive: boolean;
  readonly colours: boolean;
  readonly fetch: typeof fetch;
  readonly signal = new AbortController().signal;
  private readonly typed: string[];

  constructor(private readonly options: FakeTerminalOptions) {
    this.env = options.env ?? {};
    this.interactive = options.typed !== undefined;
    this.colours = options.colours ?? false;
    this.fetch = options.fetch;
    this.typed = [...(options.typed ?? [])];
  }

  readonly out = (text: string): void => void this.output.push(text);
  readonly err = (text: string): void => void this.errors.push(text);

  readonly ask = async (question: string): Promise<string> => {
    this.err(question);
    return this.typed.shift() ?? '';
  };

  readonly readFile = async (path: string): Promise<string | null> =>
    this.options.files?.[path] ?? null;
  readonly nowMs = (): number => this.options.nowMs ?? Date.UTC(2026, 0, 31, 3, 5);
  readonly sleep = async (): Promise<void> => undefined;
}
