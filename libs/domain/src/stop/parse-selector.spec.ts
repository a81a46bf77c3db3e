import { formatSelector, type OrgName, type WorkspaceName } from '#contracts';
import { parseSelector, withinOrg } from './parse-selector.js';

const acme = 'acme' as OrgName;

describe('parseSelector', () => {
  it.each([
    ['agent://acme/production/email', { agent: 'agent://acme/production/email' }],
    ['tag:bulk@acme', { tag: 'bulk', org: 'acme' }],
    ['tag:bulk@acme/production', { tag: 'bulk', namespace: 'acme/production' }],
    ['ns:acme/production', { namespace: 'acme/production' }],
    ['org:acme', { org: 'acme' }],
    ['org:acme#intent:email.*', { org: 'acme', capability: 'intent:email.*' }],
    [
      'agent://acme/production/email#tool:stripe.*',
      { agent: 'agent://acme/production/email', capability: 'tool:stripe.*' },
    ],
  ])('reads %s, and it is written the same way', (text, selector) => {
    const parsed = parseSelector(text);
    expect(parsed).toEqual({ ok: true, selector });
    if (parsed.ok) expect(formatSelector(withinOrg(parsed.selector, acme))).toBe(text);
  });

  it('leaves a bare tag to the org of the caller', () => {
    const parsed = parseSelector('tag:bulk#intent:email.*');
    expect(parsed).toEqual({ ok: true, selector: { tag: 'bulk', capability: 'intent:email.*' } });
    expect(parsed.ok && withinOrg(parsed.selector, acme)).toEqual({
      tag: 'bulk',
      org: 'acme',
      capability: 'intent:email.*',
    });
  });

  it('expands a short address when it knows the workspace', () => {
    const home = { workspace: 'production' as WorkspaceName };
    expect(parseSelector('agent://acme/email', home)).toEqual({
      ok: true,
      selector: { agent: 'agent://acme/production/email' },
    });
    expect(parseSelector('agent://acme/email').ok).toBe(false);
  });

  it.each([
    '',
    'acme',
    'email:acme',
    'tag:',
    'tag:Bulk',
    'tag:bulk@',
    'tag:b*@acme',
    'tag:bulk@acme/production/x',
    'ns:acme',
    'ns:acme/*',
    'org:mesh',
    'org:a.b',
    'agent://acme/production/*',
    'agent://acme/production/e..mail',
    'org:acme#',
    'org:acme#email.*',
    'org:acme#intent:a b',
  ])('refuses %j and says why', (text) => {
    const parsed = parseSelector(text);
    expect(parsed).toEqual({ ok: false, problem: expect.stringMatching(/must be|reserved|write/) });
  });
});
