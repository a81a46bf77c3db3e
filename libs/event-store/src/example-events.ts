import { z } from 'zod';
import { defineEvent, eventCodec, type FactOf, type Recorded } from '#contracts';

/** The events that the contract suites append: a number each, and text to make one large. */
export const Counted = defineEvent('Counted', z.object({ n: z.number(), text: z.string() }));
export type Counted = Recorded<FactOf<typeof Counted>>;
export const countedCodec = eventCodec<Counted>([Counted]);

/** The id is made of `n` and `salt`: equal arguments make the same event. */
export const counted = (n: number, { salt = 0, text = '' } = {}): Counted => ({
  type: 'Counted',
  version: 1,
  id: `018f0000-0000-7000-8000-${(salt * 1_000_000 + n).toString(16).padStart(12, '0')}`,
  at: '2026-01-31T03:00:00.000Z' as Counted['at'],
  org: 'acme',
  workspace: 'prod',
  actor: { kind: 'system', id: 'contract', via: 'test' },
  reason: null,
  correlation_id: 'contract',
  causation_id: null,
  signature: null,
  data: { n, text },
});
