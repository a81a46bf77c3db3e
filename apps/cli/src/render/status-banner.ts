import type { getMeshStatus } from '#contracts';
import type { AnswerOf } from '#sdk';
import type { Paint } from './paint.js';
import { counted, shown } from './words.js';

type MeshStatus = AnswerOf<typeof getMeshStatus>;

/** So many problems stand in the banner; the doctor tells of all. */
const SHOWN_MAX = 3;

/** Whether a stop could be proven now, in one line, and under it what speaks against that. */
export const statusBanner = (status: MeshStatus, paint: Paint): string => {
  const { problems } = status;
  const beyond = problems.length - SHOWN_MAX;
  return [
    headline(status, paint),
    ...problems
      .slice(0, SHOWN_MAX)
      .map(({ severity, message }) => `  ${severity.toUpperCase()}  ${shown(message)}`),
    ...(beyond > 0 ? [`  and ${beyond} more`] : []),
    ...(status.status === 'green' ? [] : ['  What to do: estop doctor']),
  ].join('\n');
};

const headline = ({ status, problems, regions }: MeshStatus, paint: Paint): string => {
  if (status === 'green') return paint.green('GREEN  a stop could be proven now');
  if (status === 'red') {
    const critical = problems.filter(({ severity }) => severity === 'critical').length;
    return paint.red(`RED  a stop may not be proven now: ${counted(critical, 'critical problem')}`);
  }
  const idle = regions.filter(({ armed }) => !armed).map(({ region }) => region);
  if (idle.length > 0) return paint.yellow(`YELLOW  not armed: ${idle.join(', ')}`);
  const warned = counted(problems.length, 'warning');
  return paint.yellow(`YELLOW  a stop could be proven now, with ${warned}`);
};
