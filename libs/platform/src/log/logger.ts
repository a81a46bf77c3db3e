import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';
import { redact } from './redact.js';

export type Logger = PinoLogger;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export interface LoggerOptions {
  readonly service: string;
  /** @default 'info' */
  readonly level?: LogLevel;
  /** Goes into every line: the gateway's id, the region. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** @default stderr, so that stdout stays free for a program's own output */
  readonly destination?: DestinationStream;
}

const SECRET_FIELDS = [
  'authorization',
  '["x-api-key"]',
  'token',
  'secret',
  'password',
  'api_key',
  'apiKey',
];
const paths = SECRET_FIELDS.flatMap((field) => {
  const dotted = field.startsWith('[') ? field : `.${field}`;
  return [field, `*${dotted}`, `*.*${dotted}`, `*.*.*${dotted}`];
});

/**
 * Structured lines, one JSON object each. No secret can get out: fields that carry secrets are censored by name, and
 * every finished line is searched for keys, bearer tokens and passwords in URLs.
 */
export const createLogger = (options: LoggerOptions): Logger =>
  pino(
    {
      level: options.level ?? 'info',
      base: { service: options.service, ...options.fields },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      redact: { paths, censor: '***' },
      hooks: { streamWrite: redact },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
