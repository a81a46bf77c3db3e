import { X402Requirements } from '#contracts';
import { ApiProblem } from '#platform';
import { paymentOf } from './x402.js';

const asked = (over: object) =>
  X402Requirements.parse({
    ...{ scheme: 'exact', network: 'base', payTo: '0x01' },
    ...{ asset: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', ...over },
  });

const refusal = (over: object): ApiProblem => {
  try {
    paymentOf(asked(over), false);
  } catch (error) {
    if (error instanceof ApiProblem) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

it.each([
  ['amount', 'version 2'],
  ['maxAmountRequired', 'version 1'],
])('takes %s of %s in millionths of a USDC', (field) =>
  expect(paymentOf(asked({ [field]: '370000' }), false)).toEqual({
    amountMicro: 370_000,
    currency: 'usdc',
  }),
);

it('counts USDC as dollars where the gateway says so', () =>
  expect(paymentOf(asked({ amount: '1' }), true)).toMatchObject({ currency: 'usd' }));

it.each([
  [{}, 'challenge.amount is required'],
  [{ amount: '0' }, 'challenge.amount must be more than nothing'],
  [{ maxAmountRequired: '000' }, 'challenge.amount must be more than nothing'],
  [{ amount: '9'.repeat(30) }, 'challenge.amount is more than any cap can allow'],
])('refuses %j and names the field', (over, says) => {
  const problem = refusal(over);
  expect(problem.code).toBe('invalid_field');
  expect(problem.message).toContain(says);
});

it.each([{ asset: '0xdead' }, { network: 'solana' }, { network: 'constructor' }])(
  'knows no other asset than USDC: %j',
  (over) => expect(refusal({ amount: '1', ...over }).code).toBe('unknown_currency'),
);
