import { type BacktestAnswer, BacktestRequest, live } from '#contracts';
import type { Message, Messaging } from '#event-store';
import type { Logger } from '#platform';
import { z } from 'zod';
import { type BacktestSource, runBacktest, TookTooLongError } from './backtest-run.js';

export interface BacktestRequestsOptions {
  readonly messaging: Messaging;
  /** `null` while the logs have not been read to their ends. */
  readonly source: () => BacktestSource | null;
  readonly log: Logger;
}

/** Answers what is asked on `live.backtest`, one question at a time; evaluating goes on meanwhile. */
export const answerBacktests = (options: BacktestRequestsOptions): { stop(): void } => {
  let running = false;
  const answer = async (message: Message): Promise<BacktestAnswer> => {
    const request = BacktestRequest.safeParse(parseJson(message.text()));
    if (!request.success) return refused('invalid_request', z.prettifyError(request.error));
    const source = options.source();
    if (source === null) return refused('unavailable', 'the logs are still being read');
    if (running) return refused('busy', 'another backtest is running: try again in a moment');
    running = true;
    try {
      return await runBacktest(source, request.data);
    } catch (error) {
      if (error instanceof TookTooLongError) return refused('took_too_long', error.message);
      options.log.error({ err: error }, 'backtest failed');
      return refused('unavailable', error instanceof Error ? error.message : String(error));
    } finally {
      running = false;
    }
  };
  return options.messaging.subscribe(
    live.backtest,
    (message) => {
      void answer(message).then((reply) => message.respond(JSON.stringify(reply)));
    },
    { queue: 'policy-evaluator' },
  );
};

const refused = (
  code: Extract<BacktestAnswer, { ok: false }>['code'],
  message: string,
): BacktestAnswer => ({ ok: false, code, message });

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
