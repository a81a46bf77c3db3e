import { orgOf, workspaceOf, type Selector } from '#contracts';
import type { FenceCounts } from '../containment/order-tracker.js';
import type { WorkspaceRecord } from '../control/control-records.js';
import type { ControlView } from '../control/control-view.js';

type Namespaces = Pick<ControlView, 'workspace' | 'workspaces'>;

/**
 * Whether silence proves anything about a gateway and an order: not where the order touches a namespace whose traffic may
 * flow without a proof, and not for a boot that may still believe so. A gateway that has shown a position at or after the
 * change to `deny` has read it.
 */
export const fenceCountsIn =
  (view: Namespaces): FenceCounts =>
  ({ selector }, { knownPosition }) => {
    for (const { onFence, onFenceChangedAt } of touched(view, selector)) {
      if (onFence === 'allow' || onFenceChangedAt > knownPosition) return false;
    }
    return true;
  };

/** A namespace that was never made has the default, `deny`, and never had another. */
const touched = (view: Namespaces, selector: Selector): Iterable<WorkspaceRecord> => {
  const workspace = workspaceOf(selector);
  if (workspace === null) return view.workspaces(orgOf(selector));
  const record = view.workspace(orgOf(selector), workspace);
  return record === null ? [] : [record];
};
