import { auditIsExact } from './rules/audit.js';
import { provenStops } from './rules/contained.js';
import { forgeriesAreIdle } from './rules/forged.js';
import { ordersAreKept } from './rules/kept.js';
import { othersAreServed } from './rules/served.js';
import { staysStopped } from './rules/stays-stopped.js';
import { unprovenAdmitsNothing } from './rules/unproven.js';
import type { History } from './history.js';

/** `work` is what was promised before there was containment: acknowledged intents are kept, refused ones not done. */
export const INVARIANTS = [
  'I1',
  'I1c',
  'I2',
  'I3',
  'I4',
  'I5',
  'I6',
  'I7',
  'I8',
  'I9',
  'work',
  'alive',
] as const;
export type Invariant = (typeof INVARIANTS)[number];

export interface Violation {
  readonly invariant: Invariant;
  readonly atMs: number;
  /** One sentence that names who, what and by how much. */
  readonly text: string;
  readonly gateway: string | null;
  readonly orderId: string | null;
}

/** What a rule found, and of how many things it could have found it: a rule that saw nothing proves nothing. */
export interface Finding {
  readonly invariant: Invariant;
  readonly checked: number;
  readonly violations: readonly Violation[];
}

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
