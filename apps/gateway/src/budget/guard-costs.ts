import { type Address, MICRO, MICRO_MAX } from '#contracts';
import type { NamedSession } from '../sessions/session-gate.js';
import type { Budgets, Reservation } from './budgets.js';
import { ACTIONS, sessionCaps } from './session-caps.js';

/** Micro-units of a number in dollars, rounded up; what costs anything costs one at least. */
export const microOfNumber = (amount: number): number => {
  if (amount <= 0) return 0;
  // Without the thousandths that multiplying makes of a number that is exact in writing.
  const micro = Math.ceil(Number((amount * MICRO).toFixed(3)));
  return Math.min(MICRO_MAX, Math.max(1, micro));
};

/** What a guarded act costs, under the caps of its agent and of its session. */
export class GuardCosts {
  constructor(private readonly budgets: Budgets) {}

  /** Reserves it; `null`: no cap is concerned. @throws ApiProblem where a cap has no room or the ledger does not answer */
  async reserve(
    address: Address,
    costUsd: number | null | undefined,
    session: NamedSession | null,
  ): Promise<Reservation | null> {
    const caps = session === null ? [] : session.line.flatMap(sessionCaps);
    const amounts: Record<string, number> = {};
    if (costUsd) amounts['usd'] = microOfNumber(costUsd);
    if (caps.length > 0) amounts[ACTIONS] = MICRO;
    if (Object.keys(amounts).length === 0) return null;
    const reservation = await this.budgets.reserve({ address, amounts, session: caps });
    return reservation.parts.length === 0 ? null : reservation;
  }
}
