import type { WebhookRecord } from '../control/governance-records.js';
import { isWanted, namesType, type Heard } from './wanted.js';

const PAYER = 'agent://acme/production/payer';
const webhook = (more: object = {}, revokedAt: string | null = null): WebhookRecord =>
  ({
    subscription: {
      ...{ org: 'acme', workspace: null, about: null, active: true, eventTypes: ['stop.*'] },
      ...more,
    },
    revokedAt,
  }) as unknown as WebhookRecord;
const heard = (more: object = {}): Heard =>
  ({ type: 'stop.ordered', org: 'acme', workspace: null, about: PAYER, ...more }) as Heard;

it.each([
  ['stop.ordered', 'stop.ordered', true],
  ['stop.*', 'stop.ordered', true],
  ['stop.*', 'stopped.x', false],
  ['*', 'anything.at_all', true],
  ['inbox.thread.*', 'inbox.thread.created', true],
  ['stop', 'stop.ordered', false],
  ['stop.ordered', 'stop.lifted', false],
])('%s names %s: %s', (pattern, type, names) => expect(namesType(pattern, type)).toBe(names));

it.each<[string, WebhookRecord, Heard, boolean]>([
  ['its org', webhook(), heard(), true],
  ['another org', webhook(), heard({ org: 'globex' }), false],
  ['the mesh', webhook(), heard({ org: null }), true],
  ['another event', webhook(), heard({ type: 'key.created' }), false],
  ['its workspace', webhook({ workspace: 'x' }), heard({ workspace: 'x' }), true],
  ['another workspace', webhook({ workspace: 'x' }), heard({ workspace: 'y' }), false],
  ['the whole org', webhook({ workspace: 'x' }), heard(), true],
  ['its agent', webhook({ about: PAYER }), heard(), true],
  ['another agent', webhook({ about: 'agent://acme/x/y' }), heard(), false],
  ['many', webhook({ about: PAYER }), heard({ about: null }), false],
  [
    'many, its own among them',
    webhook({ about: PAYER }),
    heard({ about: null, concerns: () => true }),
    true,
  ],
  ['anything while it is off', webhook({ active: false }), heard(), false],
  ['anything after its end', webhook({}, '2026-01-31T03:00:00.000Z'), heard(), false],
])('a subscription hears of %s or not, as it should be', (_, record, what, wanted) =>
  expect(isWanted(record, what)).toBe(wanted),
);
