import type { GatewayShell } from '#containment';
import type { GatewayPhase } from '#domain';
import type { Check } from '#platform';

export type LeaseState = Pick<
  GatewayShell,
  'phase' | 'broken' | 'connected' | 'admits' | 'leaseAgeMs'
>;

const NO_LOG =
  'the control log cannot be read (no connection, no leader or no stream): it is not known what is stopped';

/** For `/readyz` and the log of this process: why this gateway admits nothing, and what would help. */
export const leaseCheck = (lease: LeaseState): Check => {
  if (lease.admits()) return { ok: true, detail: 'the state is proven fresh' };
  return { ok: false, detail: whyNot(lease) };
};

const reasons: Readonly<Record<GatewayPhase, (lease: LeaseState) => string>> = {
  reading: ({ connected }) => (connected ? 'the control log is still being read' : NO_LOG),
  joining: ({ connected }) =>
    connected ? 'the join is not read back from the control log yet' : NO_LOG,
  member: (lease) => fencedSince(lease.leaseAgeMs()),
  superseded: () => 'another process of this name has taken over; this one never serves again',
  left: () => 'stopping',
  'rolled-back': () =>
    'the control log was rolled back: two operators must confirm its restore (estop log restored)',
};

const whyNot = (lease: LeaseState): string =>
  lease.broken
    ? 'closed: the control log could not be applied; restart this gateway'
    : reasons[lease.phase](lease);

const fencedSince = (ageMs: number | null): string =>
  ageMs === null
    ? 'no control node proves that the state is fresh: is one running, and can it be reached?'
    : `fenced: the last proof of a control node is ${Math.round(ageMs)} ms old`;
