import type { GatewayAnswer } from '#contracts';
import type { Paint } from './paint.js';
import { table, type Cell } from './table.js';
import { counted } from './words.js';

/** Whole milliseconds, rounded up: nothing is made to look faster than it was. */
export const millis = (ms: number | null): string => (ms === null ? '-' : `${Math.ceil(ms)} ms`);

/** `us-east-1 (us-east)`, of those in this state. */
export const namesOf = (
  gateways: readonly GatewayAnswer[],
  asked: GatewayAnswer['state'],
): readonly string[] =>
  gateways
    .filter(({ state }) => state === asked)
    .map(({ gateway, region }) => `${gateway} (${region})`);

/** What each gateway said, by region. */
export const answerTable = (
  gateways: readonly GatewayAnswer[],
  cut: 'CUT' | 'WOULD CUT',
  paint: Paint,
): string =>
  table(
    ['REGION', 'GATEWAY', 'STATE', 'AFTER', cut],
    gateways.map((answer) => row(answer, paint)),
    paint,
  );

const row = (answer: GatewayAnswer, paint: Paint): readonly Cell[] => [
  answer.region,
  answer.gateway,
  stateCell(answer.state, paint),
  millis(answer.applied_after_ms),
  answer.cut === null
    ? '-'
    : `${counted(answer.cut.streams, 'stream')}, ${counted(answer.cut.calls, 'call')}`,
];

const stateCell = (state: GatewayAnswer['state'], paint: Paint): Cell => {
  if (state === 'missing') return { text: 'MISSING', paint: paint.red };
  return state === 'fenced' ? { text: 'fenced', paint: paint.yellow } : state;
};
