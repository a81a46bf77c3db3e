import type { NodeShell } from '#containment';

/** What commands ask of the control node in this process. */
export type ControlNodeHere = Pick<
  NodeShell,
  'id' | 'order' | 'standing' | 'until' | 'isRolledBack' | 'logTimeMs'
>;
