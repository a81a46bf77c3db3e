import { formatMicro, MICRO } from '#contracts';
import { BurstMeter } from './burst-meter.js';
import type { Condition } from './condition.js';
import { DriftMeter } from './drift-meter.js';
import { ErrorDriftMeter } from './error-drift-meter.js';
import { ErrorRateMeter } from './error-rate-meter.js';
import { HeartbeatMeter } from './heartbeat-meter.js';
import type { Meter, MeterOf } from './meter.js';
import { NameMeter } from './name-meter.js';
import { SessionDurationMeter, SessionSumMeter } from './session-meter.js';
import { SignalMeter } from './signal-meter.js';
import { SumMeter } from './sum-meter.js';

type Is<K extends Condition['kind']> = Extract<Condition, { kind: K }>['is'];
type Makers = { readonly [K in Condition['kind']]: (is: Is<K>, of: MeterOf) => Meter };

const micro = (usd: number): number => Math.round(usd * MICRO);

/** One entry for each condition, so that a new one breaks the compiler here. */
const makers: Makers = {
  cost_usd: ({ over, per }, { tellFrom }) =>
    new SumMeter({
      ...{ condition: 'cost_usd', per, limit: micro(over), tellFrom, sums: 2 },
      amounts: ({ costReported, costDeclared }) => [costReported, costDeclared],
      says: (measured) => `${formatMicro(measured)} dollars spent`,
      shown: (measured) => measured / MICRO,
    }),
  intents: ({ over, per, direction }, { tellFrom }) =>
    new SumMeter({
      ...{ condition: 'intents', per, limit: over, tellFrom, sums: 1 },
      amounts: ({ sent, received }) => [direction === 'send' ? sent : received],
      says: (measured) => `${measured} intents ${direction === 'send' ? 'sent' : 'received'}`,
    }),
  tokens: ({ over, per }, { tellFrom }) =>
    new SumMeter({
      ...{ condition: 'tokens', per, limit: over, tellFrom, sums: 1 },
      amounts: ({ tokens }) => [tokens],
      says: (measured) => `${measured} tokens`,
    }),
  error_rate: (is, { tellFrom }) => new ErrorRateMeter(is, tellFrom),
  refusal_rate: ({ over, per }, { tellFrom }) =>
    new SumMeter({
      ...{ condition: 'refusal_rate', per, limit: over, tellFrom, sums: 1 },
      amounts: ({ refused }) => [refused],
      says: (measured) => `${measured} acts refused`,
    }),
  intent_types: (is, of) => NameMeter.ofTypes(is, of),
  tools: (is, of) => NameMeter.ofTools(is, of),
  session_duration: ({ over }, { tellFrom }) => new SessionDurationMeter(over, tellFrom),
  session_actions: ({ over }, { tellFrom }) =>
    new SessionSumMeter('session_actions', over, tellFrom),
  session_cost: ({ over }, { tellFrom }) =>
    new SessionSumMeter('session_cost', micro(over), tellFrom),
  heartbeat_age: ({ over }, { tellFrom }) => new HeartbeatMeter(over, tellFrom),
  signal: (is) => new SignalMeter(is),
  burst: (is) => new BurstMeter(is),
  drift: (is) => (is.of === 'error_rate' ? new ErrorDriftMeter(is) : new DriftMeter(is, is.of)),
};

export const newMeter = ({ kind, is }: Condition, of: MeterOf): Meter =>
  (makers[kind] as (is: unknown, of: MeterOf) => Meter)(is, of);
