import { FakeFetch, type FakeAnswer, type SeenRequest } from '../http/fake-fetch.js';
import { FakeTerminal, type FakeTerminalOptions } from './fake-terminal.js';

export interface LineSetting extends Partial<Omit<FakeTerminalOptions, 'fetch'>> {
  readonly answer?: FakeAnswer;
}

export interface LineOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly seen: readonly SeenRequest[];
}

interface LineDefaults {
  readonly answer: FakeAnswer;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs one command line on a fake terminal against a fake server. `run` is the command line under test. */
export const commandLine =
  (
    run: (line: readonly string[], terminal: FakeTerminal) => Promise<number>,
    defaults: LineDefaults,
  ) =>
  async (
    line: readonly string[],
    { answer, ...setting }: LineSetting = {},
  ): Promise<LineOutcome> => {
    const server = new FakeFetch(answer ?? defaults.answer);
    const terminal = new FakeTerminal({ env: defaults.env, fetch: server.fetch, ...setting });
    const code = await run(line, terminal);
    const [out, err] = [terminal.output.join('\n'), terminal.errors.join('\n')];
    return { code, out, err, seen: server.seen };
  };
