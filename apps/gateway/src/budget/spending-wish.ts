import { type Address, type authorizeSpending, type Currency, microOf } from '#contracts';
import { ApiProblem, type AnyCall, type Call } from '#platform';
import { paymentOf } from './x402.js';

export type SpendingCall = Pick<AnyCall, 'principal'>;

export interface Wanted {
  readonly address: Address;
  readonly amountMicro: number;
  readonly currency: Currency;
}

/** @throws ApiProblem for operators: whoever spends is an agent */
export const agentOf = ({ principal }: SpendingCall): Address => {
  if (principal?.kind === 'sa') return principal.address;
  throw new ApiProblem('forbidden', 'Only agents spend: use the key of an agent.');
};

/** How much of what an agent wants to spend. @throws ApiProblem `invalid_field`, `unknown_currency` */
export const wantedOf = (call: Call<typeof authorizeSpending>, usdcAsUsd: boolean): Wanted => {
  const address = agentOf(call);
  const { amount, currency, challenge } = call.body;
  if (challenge) {
    if (amount || currency)
      throw invalid('challenge', 'says amount and currency by itself: leave out the others');
    return { address, ...paymentOf(challenge, usdcAsUsd) };
  }
  if (!amount) throw invalid('amount', 'is required, for example "0.37"');
  if (!currency) throw invalid('currency', 'is required, for example "usd"');
  const amountMicro = microOf(amount) ?? 0;
  if (amountMicro === 0) throw invalid('amount', 'must be more than nothing');
  return { address, amountMicro, currency };
};

export const invalid = (path: string, message: string): ApiProblem =>
  new ApiProblem('invalid_field', `${path} ${message}.`, {
    details: { fields: [{ path, message }] },
  });
