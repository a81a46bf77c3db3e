import type { GatewayAnswer, OrderState } from '#contracts';
import type { GatewayStanding, OrderStanding, StopOrder } from '#domain';
import type { GatewaysAnswer } from '../control/wait-for-gateways.js';
import type { GatewayRegions } from '../node/gateway-regions.js';

/** How far an order has come, as it is told. */
export interface Progress extends GatewaysAnswer {
  readonly state: OrderState;
  readonly committed: boolean;
  readonly contained: boolean;
  readonly containedAfterMs: number | null;
}

/** A stop that reached nothing is no success: where no gateway counts, nothing is called contained. */
export const isContained = ({ contained, of }: OrderStanding): boolean => contained && of > 0;

/** Everywhere: every gateway has applied it. A stop that no gateway heard of is never called effective. */
export const isEverywhere = ({ effective: { acked, of } }: GatewaysAnswer): boolean =>
  of > 0 && acked === of;

/** What this node can prove of an order that stands; `standing: null`: nothing at all. */
export const progressOf = (
  order: StopOrder,
  standing: OrderStanding | null,
  regions: GatewayRegions,
): Progress => {
  const gateways = standing === null ? [] : byGateway(standing.gateways, regions);
  const acked = gateways.filter(({ state }) => state === 'acked').length;
  const answer = { effective: { acked, of: gateways.length }, gateways };
  const committed = standing === null ? order.sequence !== null : standing.committed;
  const contained = standing !== null && isContained(standing);
  const state = stateOf({ committed, contained, everywhere: isEverywhere(answer) });
  const containedAfterMs = contained ? rounded(standing.containedAfterMs) : null;
  return { ...answer, state, committed, contained, containedAfterMs };
};

const stateOf = (is: {
  committed: boolean;
  contained: boolean;
  everywhere: boolean;
}): OrderState => {
  if (is.contained) return 'contained';
  if (is.committed) return 'committed';
  return is.everywhere ? 'effective' : 'ordered';
};

const worst = { acked: 0, fenced: 1, missing: 2 };

/** Two boots of one gateway may count: what is proven of the gateway is what is proven of both. */
const byGateway = (
  standings: readonly GatewayStanding[],
  regions: GatewayRegions,
): GatewayAnswer[] => {
  const answers = new Map<string, GatewayAnswer>();
  for (const standing of standings) {
    const one = answerOf(standing, regions);
    const before = answers.get(one.gateway);
    if (before === undefined || worst[one.state] >= worst[before.state]) {
      answers.set(one.gateway, one);
    }
  }
  return [...answers.values()].sort((a, b) => (a.gateway < b.gateway ? -1 : 1));
};

const answerOf = (
  { gateway, state, appliedAfterMs, cut }: GatewayStanding,
  regions: GatewayRegions,
): GatewayAnswer => ({
  gateway: gateway as GatewayAnswer['gateway'],
  region: regions.of(gateway),
  state,
  applied_after_ms: rounded(appliedAfterMs),
  cut,
});

const rounded = (ms: number | null): number | null =>
  ms === null ? null : Math.round(ms * 10) / 10;
