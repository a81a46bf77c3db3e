import type { NodeShell } from '#containment';

/** What commands ask of the control node in this process. */
export type ControlNodeHere = Pick<
  NodeShell,
  | 'askToRotate'
  | 'connected'
  | 'echoes'
  | 'id'
  | 'isMember'
  | 'isReady'
  | 'isRolledBack'
  | 'logTimeMs'
  | 'order'
  | 'spool'
  | 'standing'
  | 'test'
  | 'until'
>;
