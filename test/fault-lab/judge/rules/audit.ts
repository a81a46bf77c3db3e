import type { History } from '../history.js';
import type { Finding, Violation } from '../finding.js';

/** I7: the audit is the exact fold of the control log: nothing missing, nothing twice, nothing invented. */
export const auditIsExact = ({ audit }: History): readonly Finding[] => {
  if (audit === null) return [{ invariant: 'I7', checked: 0, violations: [] }];
  const wrong = (what: string, sequences: readonly number[]): Violation[] =>
    sequences.length === 0
      ? []
      : [
          {
            invariant: 'I7',
            atMs: 0,
            gateway: null,
            orderId: null,
            text: `${sequences.length} control events are ${what}: ${sequences.slice(0, 10).join(', ')}`,
          },
        ];
  const violations = [
    ...wrong('missing in the audit', audit.missing),
    ...wrong('twice in the audit', audit.twice),
    ...wrong('in the audit alone', audit.invented),
  ];
  return [{ invariant: 'I7', checked: audit.compared, violations }];
};
