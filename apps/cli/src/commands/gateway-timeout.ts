import { parseDuration } from '../arguments/duration.js';
import type { FlagDefinitions, Flags } from '../arguments/flags.js';
import { UsageError } from '../arguments/usage-error.js';

/** For commands that ask every gateway and wait for its own word. */
export const timeoutFlag: FlagDefinitions = {
  timeout: { value: 'TIME', help: 'how long gateways are waited for, 30s at most (default 2s)' },
};

const [TIMEOUT_MS_MIN, TIMEOUT_MS_MAX] = [100, 30_000] as const;

export const gatewayTimeout = (flags: Flags): { timeout_ms?: number } => {
  const text = flags.text('timeout');
  if (text === undefined) return {};
  const timeoutMs = parseDuration(text, 'timeout');
  if (timeoutMs < TIMEOUT_MS_MIN || timeoutMs > TIMEOUT_MS_MAX)
    throw new UsageError('--timeout is 100ms at least and 30s at most');
  return { timeout_ms: timeoutMs };
};
