import { FIRST_INCARNATION, type Mesh } from './mesh.js';
import type { Plan } from './plan.js';
import type { Workload } from './workload.js';

export const SECOND = 'second-incarnation';

/** Two operators say that the log that is there goes on for the one that was. */
export const restore = (
  { world }: Mesh,
  names: { readonly old: string; readonly new: string } = { old: FIRST_INCARNATION, new: SECOND },
): void => {
  world.log.hang(0);
  const request = {
    kind: 'append',
    ref: 'restored',
    subject: 'log',
    expect: null,
    fact: { kind: 'log-restored', ...names },
  } as const;
  const append = (): void =>
    world.log.append('operator', request, ({ outcome }) => {
      if (outcome !== 'stored') append();
    });
  append();
};

/** Restored or not, by chance: what must be so in the end. */
export const ending = (mesh: Mesh, atMs: number, isRestored: boolean): Plan => {
  mesh.world.disturbedUntil(isRestored ? atMs : Infinity);
  return isRestored
    ? { faultsEndMs: atMs, keptAfterMs: 12_000 }
    : { faultsEndMs: atMs, isClosed: true };
};

/** In doubt, never deny a stop: whatever has become of the log, a node that runs takes it (I8). */
export const orderInDoubt = (mesh: Mesh, workload: Workload, kind: 'agent' | 'tag'): void => {
  const { schedule, checker } = mesh.world;
  const orderId = workload.order({ kind });
  const story = orderId === null ? undefined : checker.story(orderId);
  const issuer = mesh.nodes.find(({ id }) => id === story?.plan.issuer);
  if (story === undefined || issuer === undefined) return;
  const { generation } = issuer.machine;
  schedule.in(100, () => {
    const hasRun = issuer.machine.isUp && issuer.machine.generation === generation;
    if (hasRun && story.answeredAtMs === null)
      checker.broken('I8', `${issuer.name} does not take ${story.orderId}`);
  });
};
