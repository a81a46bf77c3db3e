import { gatewayMutants } from './gateway-mutants.js';
import { logMutants } from './log-mutants.js';
import { nodeMutants } from './node-mutants.js';
import type { Mutant } from './mutant.js';
import { proofMutants } from './proof-mutants.js';

/** All of them; `npm run simulate:mutants` lists what finds each. */
export const mutants: readonly Mutant[] = [
  ...proofMutants,
  ...gatewayMutants,
  ...nodeMutants,
  ...logMutants,
];
