import type { Client } from '../gateway/test-mesh.js';

/** What was truly allowed, in micro-units: an answer that never came allowed nothing. */
export interface Purse {
  spent: number;
  declined: number;
  unanswered: number;
}

export interface SpenderOptions {
  readonly agent: Client;
  readonly number: number;
  readonly urls: () => readonly (string | null)[];
  readonly purse: Purse;
}

const DECLINED_ENOUGH = 4;
const PATIENCE_MS = 4000;

/** Spends as long as it may, through one gateway after the other; some pay, and some ask the guard. */
export const spend = async (options: SpenderOptions): Promise<void> => {
  let declined = 0;
  for (let turn = options.number; declined < DECLINED_ENOUGH; turn += 1) {
    const urls = options.urls();
    const url = urls[turn % urls.length];
    if (typeof url !== 'string') continue;
    const cents = 1 + ((turn * 7 + options.number) % 9);
    const how = turn % 3 === 0 ? payment : guarded;
    const status = await how({ ...options, url, micro: cents * 1000 });
    if (status === 'declined') declined += 1;
    if (status === 'unanswered') options.purse.unanswered += 1;
  }
  options.purse.declined += declined;
};

type Turn = SpenderOptions & { readonly url: string; readonly micro: number };
type Status = 'spent' | 'declined' | 'unanswered';

const guarded = async (turn: Turn): Promise<Status> => {
  const { purse, micro } = turn;
  const answer = await ask(turn, '/v1/guard', { tool: 'buy', cost_usd: micro / 1_000_000 });
  if (answer?.status !== 200) return 'unanswered';
  if (answer.body['action'] === 'block') return 'declined';
  purse.spent += micro;
  return 'spent';
};

/** What is authorized counts in full, unless the capture of less was confirmed. */
const payment = async (turn: Turn): Promise<Status> => {
  const { purse, micro } = turn;
  const amount = (micro / 1_000_000).toFixed(6);
  const opened = await ask(turn, '/v1/budget/authorize', { amount, currency: 'usd' });
  if (opened?.status === 429) return 'declined';
  if (opened?.status !== 200) return 'unanswered';
  purse.spent += micro;
  const half = (micro / 2_000_000).toFixed(6);
  const authorization_id = opened.body['authorization_id'];
  const captured = await ask(turn, '/v1/budget/capture', { authorization_id, amount: half });
  if (captured?.status === 200) purse.spent -= micro / 2;
  return 'spent';
};

const ask = async ({ agent, url }: Turn, path: string, body: object) => {
  try {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'x-api-key': agent.key, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  } catch {
    return null;
  }
};
