import type { PolicyName } from '#contracts';
import type { PolicyEffect, PolicyFact } from '#domain';

const nameOf = (address: string | null): string => address?.split('/').at(-1) ?? 'everybody';

/** `policy#rule action agent` for a request, `Type policy#rule agent` for a fact. */
export const wordsOf = (effect: PolicyEffect): string => {
  if (effect.kind === 'fact') return factWords(effect.fact);
  const { policy, rule, action, address, brake } = effect.request;
  const does = typeof action === 'object' ? 'throttle' : action;
  return `${policy}#${rule} ${brake ?? does} ${nameOf(address)}`;
};

const factWords = ({ type, data }: PolicyFact): string =>
  `${type} ${data.policy satisfies PolicyName}#${data.rule} ${nameOf(data.address)}`;
