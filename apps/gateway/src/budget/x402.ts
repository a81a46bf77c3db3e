import { Currency, MICRO_MAX, type X402Requirements } from '#contracts';
import { ApiProblem } from '#platform';

/** Where USDC lives, by the names of networks in x402's version 1 and in its version 2 (CAIP-2). It has six decimals there. */
const USDC: Readonly<Record<string, string>> = {
  base: '0x833589fcd6edb6e08f4c7c32d4f71b54bda02913',
  'eip155:8453': '0x833589fcd6edb6e08f4c7c32d4f71b54bda02913',
  'base-sepolia': '0x036cbd53842c5426634e7929541ec2318f3dcf7e',
  'eip155:84532': '0x036cbd53842c5426634e7929541ec2318f3dcf7e',
  'eip155:1': '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48',
  'avalanche-fuji': '0x5425890298aed601595a70ab815c96711a31bc65',
  'eip155:43113': '0x5425890298aed601595a70ab815c96711a31bc65',
};

export interface X402Payment {
  readonly amountMicro: number;
  readonly currency: Currency;
}

/**
 * What an x402 server asks for, in micro-units of a currency. Only USDC is known: one unit of it is one micro-unit.
 *
 * @throws ApiProblem `invalid_field` without an amount, `unknown_currency` for another asset
 */
export const paymentOf = (challenge: X402Requirements, usdcAsUsd: boolean): X402Payment => {
  const { network, asset } = challenge;
  const text = challenge.amount ?? challenge.maxAmountRequired;
  if (text === undefined)
    throw invalid('amount', 'is required (or maxAmountRequired, as in version 1)');
  if (USDC[network] !== asset.toLowerCase()) {
    throw new ApiProblem(
      'unknown_currency',
      `The asset ${asset} on ${network} is not known here; only USDC is. Name amount and currency instead of the challenge.`,
      { details: { network, asset, known_networks: Object.keys(USDC) } },
    );
  }
  const amountMicro = Number(text);
  if (amountMicro === 0) throw invalid('amount', 'must be more than nothing');
  if (amountMicro > MICRO_MAX) throw invalid('amount', 'is more than any cap can allow');
  return { amountMicro, currency: Currency.parse(usdcAsUsd ? 'usd' : 'usdc') };
};

const invalid = (field: string, message: string): ApiProblem =>
  new ApiProblem('invalid_field', `challenge.${field} ${message}.`, {
    details: { fields: [{ path: `challenge.${field}`, message }] },
  });
