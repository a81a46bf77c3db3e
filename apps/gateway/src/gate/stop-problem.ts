import type { Ask, Hold, Verdict } from '#domain';
import { ApiProblem } from '#platform';

/** What a refusal tells: which order, since when, how strict, why. */
export const stopDetails = ({ order, mode }: Hold) => ({
  order_id: order.orderId,
  mode,
  since: order.orderedAt,
  reason: order.reason,
});

/** The gate's no, as the caller sees it. */
export const refusal = (ask: Ask, verdict: Exclude<Verdict, { allowed: true }>): ApiProblem => {
  if (verdict.hold === null) {
    const detail = `This gateway cannot read an event about ${ask.address}, so it admits nothing for it. Update the gateway.`;
    return new ApiProblem('gateway_fenced', detail, { details: { address: ask.address } });
  }
  const { hold } = verdict;
  const since = `since ${hold.order.orderedAt} by the order ${hold.order.orderId}`;
  return new ApiProblem(verdict.code, `${ask.address} is stopped (${hold.mode}) ${since}.`, {
    details: { address: ask.address, ...stopDetails(hold) },
  });
};
