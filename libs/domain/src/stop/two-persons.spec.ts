import type { ControlFact, OrgName, Selector } from '#contracts';
import { ControlHistory } from '#testing';
import { needsTwoPersons } from './two-persons.js';

const org = 'acme' as OrgName;
const created: ControlFact = {
  type: 'OrganizationCreated',
  data: { org, name: 'Acme', legalName: null, primaryDomain: null, metadata: {} },
};
const switched = (twoPersonLift: boolean): ControlFact => ({
  type: 'OrganizationSettingsChanged',
  data: { org, twoPersonLift },
});
const asked = (facts: ControlFact[], selector: object): boolean =>
  needsTwoPersons(new ControlHistory().all(facts).view, selector as Selector);

describe('a lift that takes two people', () => {
  it.each([
    ['the whole org', { org: 'acme' }, true],
    ['a whole namespace', { namespace: 'acme/production' }, true],
    ['one kind of act of a namespace', { namespace: 'acme/x', capability: 'tool:*' }, true],
    ['a tag', { tag: 'bulk', org: 'acme' }, false],
    ['a tag in a namespace', { tag: 'bulk', namespace: 'acme/production' }, false],
    ['one agent', { agent: 'agent://acme/production/email' }, false],
    ['another org', { org: 'globex' }, false],
  ])('of a stop on %s', (_what, selector, needed) =>
    expect(asked([created, switched(true)], selector)).toBe(needed),
  );
  it('is off unless the org switched it on', () => {
    expect(asked([created], { org: 'acme' })).toBe(false);
    expect(asked([created, switched(true), switched(false)], { org: 'acme' })).toBe(false);
    expect(asked([switched(true)], { org: 'acme' })).toBe(false);
  });
});
