import type { LedgerFaults } from './ledger-model.js';

/** What befalls the mesh of one seed. */
export interface Scenario {
  readonly name: string;
  readonly faults: LedgerFaults;
  readonly partitions: boolean;
  readonly restarts: boolean;
  readonly caps: boolean;
  readonly topUps: boolean;
  readonly clockSteps: boolean;
  /** A period ends in the middle. */
  readonly turns: boolean;
}

const calm = {
  faults: { hang: 0, duplicate: 0, lose: 0, wayMsMax: 4 },
  ...{ partitions: false, restarts: false, caps: false },
  ...{ topUps: false, clockSteps: false, turns: false },
};
const rough = { hang: 0.05, duplicate: 0.1, lose: 0.03, wayMsMax: 60 };

const scenarios: readonly Scenario[] = [
  { ...calm, name: 'calm' },
  { ...calm, name: 'hanging appends', faults: { ...calm.faults, hang: 0.1 } },
  { ...calm, name: 'doubled appends', faults: { ...calm.faults, duplicate: 0.3 } },
  { ...calm, name: 'reordered appends', faults: { ...calm.faults, wayMsMax: 120 } },
  { ...calm, name: 'lost appends', faults: { ...calm.faults, lose: 0.1 } },
  { ...calm, name: 'partitions', partitions: true },
  { ...calm, name: 'restarts', restarts: true },
  { ...calm, name: 'changed caps', caps: true },
  { ...calm, name: 'top-ups', topUps: true },
  { ...calm, name: 'a clock that steps', clockSteps: true },
  { ...calm, name: 'the end of a period', turns: true },
  { ...calm, name: 'the rough end of a period', turns: true, faults: rough },
  { ...calm, name: 'restarts among hanging appends', restarts: true, faults: rough },
  { ...calm, name: 'changed caps among partitions', caps: true, partitions: true },
  {
    name: 'everything at once',
    ...{ faults: rough, partitions: true, restarts: true, caps: true },
    ...{ topUps: true, clockSteps: true, turns: true },
  },
];
export const SCENARIOS = scenarios.length;

export const scenarioOf = (seed: number): Scenario =>
  scenarios[seed % scenarios.length] as Scenario;
