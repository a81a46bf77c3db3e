import { orgOf, type Selector } from '#contracts';
import type { ControlView } from '../control/control-view.js';

/** So long a request to lift waits for the second person, milliseconds. */
export const LIFT_REQUEST_MS = 15 * 60_000;

/** Whether a lift of this scope takes two people: a whole namespace or org, where the org has switched it on. */
export const needsTwoPersons = (
  view: Pick<ControlView, 'organization'>,
  selector: Selector,
): boolean => {
  const isWide = !('agent' in selector) && !('tag' in selector);
  return isWide && (view.organization(orgOf(selector))?.twoPersonLift ?? false);
};
