import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#embedded';
import { summaryOf, type Readiness } from './announce.js';
import { CannotStart } from './cannot-start.js';
import { readOptions, type Options } from './options.js';
import { Supervisor } from './supervisor.js';

const STOP_MS_MAX = 1900;

const say = (line: string): void => void process.stderr.write(`estop: ${line}\n`);

const fail = (error: unknown): number => {
  if (!(error instanceof CannotStart)) {
    say((error as Error).message);
    return 1;
  }
  say(`${error.message}\n  cure: ${error.cure}`);
  return error.exitCode;
};

const announce = (options: Options, readiness: Readiness): void => {
  const line = JSON.stringify(readiness);
  process.stdout.write(`${options.json ? line : summaryOf(readiness, performance.now())}\n`);
  if (process.channel) process.send?.(readiness);
};

/** Whoever started us has died, or wants us to end: by a signal, or by the loss of the channel to it. */
const onEnd = (end: () => void): void => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end);
  if (process.channel) process.on('disconnect', end);
  // A reader that went away must not take the mesh down.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
};

const up = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2), process.env);
  const supervisor = new Supervisor(options, say);
  const end = (code: number) => {
    setTimeout(() => process.exit(code), STOP_MS_MAX).unref();
    void supervisor.stop().finally(() => process.exit(code));
  };
  onEnd(() => end(0));
  try {
    announce(options, await supervisor.start());
  } catch (error) {
    // What breaks because we were told to stop is no failure.
    end(supervisor.isStopping ? 0 : fail(error));
  }
};

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(
    readFileSync(join(projectRoot(), 'infra', 'setup', 'help', 'start.txt'), 'utf8'),
  );
} else {
  await up().catch((error: unknown) => (process.exitCode = fail(error)));
}
