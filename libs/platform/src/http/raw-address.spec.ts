import { encodeRawAddress } from './raw-address.js';

const at = (rest: string): string => `/v1/mesh/agents/${rest}`;
const full = 'agent%3A%2F%2Facme%2Fproduction%2Fbilling';

describe('encodeRawAddress', () => {
  it.each([
    ['agent://acme/production/billing', full],
    ['agent://acme/production/billing/kill', `${full}/kill`],
    ['agent://acme/production/billing/resume?x=1', `${full}/resume?x=1`],
    ['agent://acme/production/billing?window=day', `${full}?window=day`],
    ['agent://acme/production/kill/kill', 'agent%3A%2F%2Facme%2Fproduction%2Fkill/kill'],
    ['agent://acme/production/kill', 'agent%3A%2F%2Facme%2Fproduction/kill'],
    ['agent://acme/billing/why', 'agent%3A%2F%2Facme%2Fbilling/why'],
    ['agent://acme/billing', 'agent%3A%2F%2Facme%2Fbilling'],
  ])('%s becomes %s', (raw, encoded) => expect(encodeRawAddress(at(raw))).toBe(at(encoded)));

  it.each([
    '/v1/intents',
    at('addr_abcdefghijklmnopqrst/kill'),
    at(`${full}/kill`),
    at('agent://a/b/c/d/e/kill'),
    at('agent://acme//billing/kill'),
    '/v1/mesh/agents?limit=5',
  ])('%s passes unchanged', (url) => expect(encodeRawAddress(url)).toBe(url));
});
