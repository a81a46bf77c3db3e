import { orgOf, parseDestination, type Destination } from '#contracts';
import { capabilityMatches, covers, type ControlView, type Span, type StopOrder } from '#domain';

/** When a receiver was paused, as far as the fold remembers its orders: spans that may overlap. */
export const pausesOf = (
  view: Pick<ControlView, 'orders' | 'agent'>,
  address: Destination,
  capability: string,
): Span[] => {
  const parts = parseDestination(address);
  if (parts === null) return [];
  const tags = parts.kind === 'agent' ? (view.agent(address as never)?.tags ?? []) : [];
  const paused = ({ mode, selector }: StopOrder): boolean =>
    mode === 'pause' &&
    orgOf(selector) === parts.org &&
    covers(selector, { address, tags }) &&
    (selector.capability === undefined || capabilityMatches(selector.capability, capability));
  return view
    .orders(parts.org)
    .filter(paused)
    .map(({ orderedAt, lift }) => ({
      fromMs: Date.parse(orderedAt),
      toMs: lift === null ? null : Date.parse(lift.at),
    }));
};
