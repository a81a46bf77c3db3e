import { type OrgName, PolicyDocument } from '#contracts';
import { agentRegistered, agentTagged, ControlHistory } from '#testing';
import { lintPolicy } from './policy-lint.js';
import { presetNames, presetPolicy } from './policy-presets.js';

const ACME = 'acme' as OrgName;
const MAILER = 'agent://acme/production/mailer';
const fleet = () =>
  new ControlHistory().all([
    agentRegistered(MAILER),
    agentRegistered('agent://acme/staging/mailer'),
    agentRegistered('agent://umbrella/production/mailer'),
    agentTagged(MAILER, 'canary'),
  ]).view;

const rule = (when: object, then: unknown = 'halt', more: object = {}) => ({ when, then, ...more });
const calm = rule({ intents: { over: 500, per: 'hour' } });
const found = (document: object, view = fleet()) =>
  lintPolicy(
    PolicyDocument.parse({ name: 'p', target: { agent: MAILER }, rules: [calm], ...document }),
    ACME,
    view,
  ).map(({ code, path }) => `${code} ${path}`);

describe('the target of a policy', () => {
  it.each([
    ['one agent', { agent: MAILER }, []],
    ['its tag', { tag: 'canary' }, []],
    ['a tag in a namespace', { tag: 'canary', namespace: 'acme/production' }, []],
    [
      'an agent that is not there yet',
      { agent: 'agent://acme/production/x' },
      ['names_nothing target'],
    ],
    ['a tag that nobody has', { tag: 'bulk' }, ['names_nothing target']],
    ['an empty namespace', { namespace: 'acme/test' }, ['names_nothing target']],
    ['the whole org', { org: 'acme' }, ['whole_org target']],
    ['another org', { org: 'umbrella' }, ['other_org target']],
    [
      'an agent of another org',
      { agent: 'agent://umbrella/production/mailer' },
      ['other_org target'],
    ],
  ])('that is %s', (_, target, warnings) => expect(found({ target })).toEqual(warnings));

  it('that every agent of the org carries is the whole org by another name', () => {
    const history = new ControlHistory().all([
      agentRegistered(MAILER),
      agentRegistered('agent://acme/staging/mailer'),
    ]);
    for (const workspace of ['production', 'staging']) {
      history.append(agentTagged(`agent://acme/${workspace}/mailer`, 'all'));
    }
    expect(found({ target: { tag: 'all' } }, history.view)).toEqual(['whole_org target']);
  });
});

describe('a rule', () => {
  it.each([
    [
      'that no share can exceed',
      rule({ error_rate: { over: 1, per: 'hour' } }),
      'never_fires rules.0.when',
    ],
    ['that allows everything', rule({ tools: { allow: ['a', '*'] } }), 'never_fires rules.0.when'],
    ['that denies everything', rule({ tools: { deny: ['*'] } }), 'fires_at_once rules.0.when'],
    ['without any room', rule({ intents: { over: 0, per: 'hour' } }), 'fires_at_once rules.0.when'],
    [
      'with a warning and no limit',
      rule({ burst: {} }, 'alert', { warn_at: 0.5 }),
      'warn_at_ignored rules.0.warn_at',
    ],
    [
      'whose throttle is no slower than its limit',
      rule({ intents: { over: 60, per: 'minute' } }, { throttle: { to: 1, per: 'second' } }),
      'no_effect rules.0.then',
    ],
    [
      'that is for good',
      rule({ cost_usd: { over: 5, per: 'day' } }, 'revoke'),
      'stops_for_ever rules.0.then',
    ],
  ])('%s', (_, doubtful, warning) => expect(found({ rules: [doubtful] })).toEqual([warning]));

  it('that another one forestalls', () => {
    const strict = rule({ intents: { over: 100, per: 'hour' } });
    const late = rule({ intents: { over: 200, per: 'hour' } }, 'pause');
    expect(found({ rules: [strict, late] })).toEqual(['shadowed rules.1']);
    expect(found({ rules: [late, strict] })).toEqual(['shadowed rules.0']);
    expect(found({ rules: [strict, strict] })).toEqual(['shadowed rules.1']);
  });

  it('that is milder and sooner, or measures something else, adds something', () => {
    const mild = rule({ intents: { over: 100, per: 'hour' } }, 'alert');
    const strict = rule({ intents: { over: 200, per: 'hour' } }, 'halt');
    const other = rule({ intents: { over: 300, per: 'day' } }, 'alert');
    const received = rule({ intents: { over: 300, per: 'hour', direction: 'receive' } }, 'alert');
    expect(found({ rules: [mild, strict, other, received] })).toEqual([]);
  });
});

describe('a preset', () => {
  it.each(presetNames)('%s is a policy with nothing doubtful about it', (preset) => {
    const document = presetPolicy(preset, { name: 'p', target: { tag: 'canary' as never } });
    expect(document.mode).toBe('shadow');
    expect(lintPolicy(document, ACME, fleet())).toEqual([]);
  });
});
