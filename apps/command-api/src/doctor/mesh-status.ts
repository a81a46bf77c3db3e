import type { z } from 'zod';
import type { Finding, GatewayEntry, getMeshStatus, RegionStatus, StatusProblem } from '#contracts';
import type { Diagnosis } from './diagnosis.js';

export type MeshStatus = z.infer<typeof getMeshStatus.response>;

/** What the doctor found, as one colour: the same findings, without those that speak against nothing. */
export const meshStatus = (diagnosis: Diagnosis, standing: number): MeshStatus => {
  const { ok, checked_at, log, gateways } = diagnosis;
  return {
    ok,
    status: colourOf(diagnosis),
    checked_at,
    problems: diagnosis.problems.flatMap(problemOf),
    regions: diagnosis.regions.map((region) => regionOf(region, gateways)),
    stops: { standing },
    log,
  };
};

const colourOf = ({ ok, problems, regions }: Diagnosis): MeshStatus['status'] => {
  if (!ok) return 'red';
  const isWarned = problems.some(({ severity }) => severity === 'warning');
  return isWarned || regions.some(({ armed }) => !armed) ? 'yellow' : 'green';
};

const problemOf = ({ severity, code, what, cure }: Finding): StatusProblem[] =>
  severity === 'info' ? [] : [{ severity, code, message: what, cure }];

const regionOf = (
  { region, gateways, arming_age_seconds, armed }: Diagnosis['regions'][number],
  all: readonly GatewayEntry[],
): RegionStatus => {
  const isFenced = (one: GatewayEntry): boolean => one.region === region && one.state === 'fenced';
  return { region, gateways, fenced: all.filter(isFenced).length, arming_age_seconds, armed };
};
