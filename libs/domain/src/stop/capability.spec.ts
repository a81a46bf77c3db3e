import type { Capability } from '#contracts';
import fc from 'fast-check';
import { capabilityMatches } from './capability.js';

const matches = (glob: string, concrete: string) => capabilityMatches(glob as Capability, concrete);

describe('capabilityMatches', () => {
  it.each([
    ['intent:email.*', 'intent:email.send.v1', true],
    ['intent:email.*', 'intent:emails.send.v1', false],
    ['intent:email.send.v1', 'intent:email.send.v1', true],
    ['intent:email.send.v1', 'intent:email.send.v11', false],
    ['tool:stripe.*', 'intent:stripe.refund.v1', false],
    ['intent:*', 'tool:stripe.refund', false],
    ['tool:*', 'tool:', true],
    ['tool:*.refund', 'tool:stripe.refund', true],
    ['tool:*.refund', 'tool:stripe.refunds', false],
    ['tool:a*a', 'tool:a', false],
    ['tool:a*a', 'tool:aa', true],
    ['tool:*ab*ab*', 'tool:ab', false],
    ['tool:*ab*ab*', 'tool:xabxabx', true],
    ['tool:**x', 'tool:x', true],
    ['tool:a.c', 'tool:abc', false],
    ['tool:Stripe', 'tool:stripe', false],
  ])('%s over %s: %s', (glob, concrete, expected) =>
    expect(matches(glob, concrete)).toBe(expected),
  );

  it('agrees with the regular expression of the same meaning', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
    fc.assert(
      fc.property(
        word,
        fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 }),
        (glob, text) => {
          const source = glob.replaceAll('.', '\\.').replace(/\*+/g, '.*');
          return matches(`tool:${glob}`, `tool:${text}`) === new RegExp(`^${source}$`).test(text);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('answers at once where backtracking would never end', () =>
    expect(matches(`tool:${'*a'.repeat(60)}`, `tool:${'a'.repeat(200)}b`)).toBe(false));
});
