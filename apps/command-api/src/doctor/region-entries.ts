import type { GatewayEntry, RegionEntry, RegionName } from '#contracts';
import type { Armings } from '../canary/armings.js';

export interface RegionsExamined {
  readonly gateways: readonly GatewayEntry[];
  readonly armings: Armings;
  /** Canaries older than this are old; `null`: none are stopped. */
  readonly ageSecondsMax: number | null;
}

/** Each region that has a gateway, by name: whether a stop would take hold there now. */
export const regionEntries = (examined: RegionsExamined): RegionEntry[] => {
  const names = [...new Set(examined.gateways.map(({ region }) => region))].sort();
  return names.map((region) => regionEntry(region, examined));
};

const regionEntry = (
  region: RegionName,
  { gateways, armings, ageSecondsMax }: RegionsExamined,
): RegionEntry => {
  const here = gateways.filter((gateway) => gateway.region === region);
  const age = armings.ageSeconds(region);
  const isFresh = ageSecondsMax === null || (age !== null && age <= ageSecondsMax);
  return {
    region,
    gateways: here.length,
    armed: isFresh && here.every(({ state }) => state === 'serving'),
    arming_age_seconds: age === null ? null : Math.round(age * 10) / 10,
    canary: armings.lastOf(region),
  };
};
