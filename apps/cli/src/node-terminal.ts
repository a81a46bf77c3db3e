import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createInterface } from 'node:readline/promises';
import type { Terminal } from './terminal.js';

/** The terminal of this process. */
export const nodeTerminal = (): Terminal => {
  const { stdin, stdout, stderr, env } = process;
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort(new Error('interrupted')));
  return {
    env,
    interactive: Boolean(stdin.isTTY && stderr.isTTY),
    colours: Boolean(stdout.isTTY) && (env.NO_COLOR ?? '') === '',
    fetch: (input, init) => fetch(input, init),
    signal: interrupt.signal,
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    ask: async (question) => {
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return await lines.question(question, { signal: interrupt.signal });
      } finally {
        lines.close();
      }
    },
    readFile: (path) => readFile(path, 'utf8').catch(() => null),
    nowMs: () => Date.now(),
    sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  };
};
