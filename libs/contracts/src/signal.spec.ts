import { Signal, signalCodec, signalPlaceOf, signalProblem } from './signal.js';

const said = (more: object = {}): Signal =>
  Signal.parse({
    source: 'fraud-model',
    metric: 'chargeback_rate',
    severity: 'critical',
    selector: { agent: 'agent://acme/production/payer' },
    ...more,
  });

const problemOf = (subject: string, more: object = {}) =>
  signalProblem(signalPlaceOf(subject), said(more));

it('needs a source, a metric, a severity and whom it concerns, and nothing else', () =>
  expect(said()).toEqual({
    id: '',
    source: 'fraud-model',
    metric: 'chargeback_rate',
    value: null,
    severity: 'critical',
    status: 'firing',
    selector: { agent: 'agent://acme/production/payer' },
    fingerprint: null,
    since: null,
    labels: {},
    message: null,
  }));

it('is read as it was written', () =>
  expect(signalCodec.decode(signalCodec.encode(said({ id: 'one', value: 0.2 })))).toEqual({
    known: true,
    event: said({ id: 'one', value: 0.2 }),
  }));

it.each([
  ['no JSON', '{'],
  ['no object', '"halt everybody"'],
  ['another severity', JSON.stringify({ ...said(), severity: 'panic' })],
  ['a source that is no subject token', JSON.stringify({ ...said(), source: 'a.b' })],
  ['nobody', JSON.stringify({ ...said(), selector: {} })],
  [
    'more labels than there may be',
    JSON.stringify({
      ...said(),
      labels: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`l${n}`, 'x'])),
    }),
  ],
])('is unknown with %s', (_, text) => expect(signalCodec.decode(text).known).toBe(false));

it('is good where its subject says the same', () => {
  expect(problemOf('signal.acme.production.fraud-model')).toBeNull();
  expect(problemOf('signal.acme._.fraud-model')).toBeNull();
  expect(problemOf('signal.acme._.fraud-model', { selector: { org: 'acme' } })).toBeNull();
});

it.each([
  ['signal.globex.production.fraud-model', {}, 'another org'],
  ['signal.acme.staging.fraud-model', {}, 'beyond the workspace'],
  ['signal.acme.production.fraud-model', { selector: { org: 'acme' } }, 'beyond the workspace'],
  ['signal.acme.production.fraud-model', { selector: { tag: 'x', org: 'acme' } }, 'beyond'],
  ['signal.acme.production.other', {}, 'source'],
  ['signal.acme.production', {}, 'subject'],
  ['signal.acme.production.fraud-model.more', {}, 'subject'],
  ['signal.mesh._.fraud-model', {}, 'subject'],
  ['other.acme.production.fraud-model', {}, 'subject'],
])('on %s with %j is ignored: %s', (subject, more, problem) =>
  expect(problemOf(subject, more)).toContain(problem),
);
