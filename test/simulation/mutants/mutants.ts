import { answerMutants } from './answer-mutants.js';
import { containedMutants } from './contained-mutants.js';
import { gatewayMutants } from './gateway-mutants.js';
import { membershipMutants } from './membership-mutants.js';
import { orderMutants } from './order-mutants.js';
import { proofMutants } from './proof-mutants.js';
import { readingMutants } from './reading-mutants.js';
import { restoreMutants } from './restore-mutants.js';
import type { Mutant } from './mutant.js';

/** All of them; `npm run simulate:mutants` lists what finds each. */
export const mutants: readonly Mutant[] = [
  ...proofMutants,
  ...answerMutants,
  ...gatewayMutants,
  ...membershipMutants,
  ...containedMutants,
  ...orderMutants,
  ...readingMutants,
  ...restoreMutants,
];
