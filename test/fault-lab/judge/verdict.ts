import { auditIsExact } from './rules/audit.js';
import { provenStops } from './rules/contained.js';
import { stopsAreSoon } from './rules/effective.js';
import { forgeriesAreIdle } from './rules/forged.js';
import { ordersAreKept } from './rules/kept.js';
import { othersAreServed } from './rules/served.js';
import { staysStopped } from './rules/stays-stopped.js';
import { unprovenAdmitsNothing } from './rules/unproven.js';
import type { Finding, Invariant } from './finding.js';
import type { History } from './history.js';

type Rule = (history: History) => readonly Finding[];

const everyoneLives: Rule = ({ crashes, gateways }) => [
  {
    invariant: 'alive',
    checked: gateways.length,
    violations: crashes.map(({ name, atMs, how }) => ({
      invariant: 'alive',
      atMs,
      text: `${name} ended by itself: ${how}`,
      gateway: gateways.includes(name) ? name : null,
      orderId: null,
    })),
  },
];

const rules: readonly Rule[] = [
  provenStops,
  ordersAreKept,
  staysStopped,
  unprovenAdmitsNothing,
  othersAreServed,
  stopsAreSoon,
  auditIsExact,
  forgeriesAreIdle,
  everyoneLives,
];

/** Judges an episode from its history alone; nothing in it comes from the mesh's own idea of itself but its answers. */
export const judge = (history: History): ReadonlyMap<Invariant, Finding> => {
  const verdict = new Map<Invariant, Finding>();
  for (const finding of rules.flatMap((rule) => rule(history))) {
    const { invariant, checked, violations } = finding;
    const before = verdict.get(invariant) ?? { invariant, checked: 0, violations: [] };
    verdict.set(invariant, {
      invariant,
      checked: before.checked + checked,
      violations: [...before.violations, ...violations],
    });
  }
  return verdict;
};
