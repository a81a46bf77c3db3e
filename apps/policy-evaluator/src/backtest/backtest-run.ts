import {
  type ActivityEvent,
  type BacktestFiring,
  type BacktestReport,
  type BacktestRequest,
  MICRO,
  type PolicyName,
} from '#contracts';
import { Backtest, type BacktestResult, type ControlView } from '#domain';
import type { EventStore, Stored } from '#event-store';
import { toTimestamp } from '#platform';

const BATCH_MAX = 1_000;

export interface BacktestSource {
  readonly activity: EventStore<ActivityEvent>;
  readonly view: ControlView;
  /** Where to begin to read so that nothing stored from then on is missed. */
  sequenceAt(atMs: number): number;
  nowMs(): number;
}

export class TookTooLongError extends Error {
  override readonly name = 'TookTooLongError';
  readonly code = 'TOOK_TOO_LONG';
}

/** Runs a draft over what the activity log has of its org. @throws TookTooLongError */
export const runBacktest = async (
  source: BacktestSource,
  request: BacktestRequest,
): Promise<BacktestReport> => {
  const sinceMs = Date.parse(request.since);
  const test = new Backtest(recordOf(request), source.view);
  const read = await readSince(source, request, sinceMs, (stored) => test.activity(stored));
  const untilMs = Math.max(sinceMs, source.nowMs());
  test.end(untilMs);
  const firings = test.results().map(firingOf);
  const sum = (of: (saved: BacktestFiring['saved']) => number): number =>
    firings.reduce((all, { saved }) => all + of(saved), 0);
  return {
    ok: true,
    since: request.since,
    recorded_from: read.firstMs === null ? null : toTimestamp(read.firstMs),
    until: toTimestamp(untilMs),
    events: test.events,
    agents: test.agents,
    firings,
    fired: test.fired,
    saved: { cost_usd: sum(({ cost_usd }) => cost_usd), intents: sum(({ intents }) => intents) },
    remarks: remarksOf(request, test),
  };
};

/** Resolves at the end that the log has when it begins; answers when the oldest event of the org was stored, if later. */
const readSince = async (
  { activity, sequenceAt }: BacktestSource,
  { org, timeoutMs }: BacktestRequest,
  sinceMs: number,
  onEvent: (stored: Stored<ActivityEvent>) => void,
): Promise<{ firstMs: number | null }> => {
  const filter = `activity.*.${org}.>`;
  const first = await activity.first(filter);
  const following = activity.follow({
    filters: [filter],
    fromSequence: sequenceAt(sinceMs),
    batchMax: BATCH_MAX,
    onEvents: (events) => {
      for (const stored of events) if (stored.storedAtMs >= sinceMs) onEvent(stored);
    },
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const why = `the activity since then could not be read within ${timeoutMs} ms`;
    timer = setTimeout(() => reject(new TookTooLongError(why)), timeoutMs);
  });
  try {
    await Promise.race([following.caughtUp, following.failed, late]);
  } finally {
    clearTimeout(timer);
    await following.stop();
  }
  const firstMs = first?.storedAtMs ?? null;
  return { firstMs: firstMs !== null && firstMs > sinceMs ? firstMs : null };
};

const recordOf = ({ org, document, since }: BacktestRequest) => ({
  org,
  policy: document.name satisfies PolicyName,
  document,
  by: { kind: 'system', id: 'backtest', via: 'backtest' } as const,
  setAt: since,
  sequence: 1,
});

const firingOf = ({ atMs, saved, ...result }: BacktestResult): BacktestFiring => ({
  ...result,
  at: toTimestamp(atMs),
  saved: { cost_usd: Math.max(saved.reported, saved.declared) / MICRO, intents: saved.intents },
});

const notReplayed = ['signal', 'session_duration'] as const;

const remarksOf = ({ document }: BacktestRequest, test: Backtest): string[] => {
  const found: string[] = [];
  const kinds = notReplayed.filter((kind) => document.rules.some(({ when }) => when[kind]));
  if (kinds.length > 0) found.push(`rules about ${kinds.join(' and ')} are not part of a backtest`);
  if (test.unreadable > 0) found.push(`${test.unreadable} events could not be read`);
  const beyond = test.fired - test.results().length;
  if (beyond > 0) found.push(`${beyond} more firings are counted and not listed`);
  if (test.cliffs > 0)
    found.push('more than half the fleet fell silent at once: nobody was stopped for that');
  return found;
};
