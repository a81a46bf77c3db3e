import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

/** Nest's own lines in our log: its notices at `debug`, its warnings and errors as they are. */
export const nestLogger = (log: Logger): LoggerService => ({
  log: (message, ...rest) => log.debug({ nest: contextOf(rest) }, String(message)),
  debug: (message, ...rest) => log.debug({ nest: contextOf(rest) }, String(message)),
  verbose: (message, ...rest) => log.debug({ nest: contextOf(rest) }, String(message)),
  warn: (message, ...rest) => log.warn({ nest: contextOf(rest) }, String(message)),
  error: (message, ...rest) => log.error({ nest: contextOf(rest) }, String(message)),
  fatal: (message, ...rest) => log.fatal({ nest: contextOf(rest) }, String(message)),
});

const contextOf = (rest: readonly unknown[]): string => String(rest.at(-1) ?? '');
