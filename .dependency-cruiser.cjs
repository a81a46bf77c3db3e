/** Each layer may import itself and the layers named after it. `docs/adr` says why; an exception needs an ADR. */
const may = {
  'libs/contracts': [],
  'libs/domain': ['libs/contracts'],
  'libs/event-store': ['libs/contracts', 'libs/domain'],
  'libs/event-store-jetstream': ['libs/contracts', 'libs/domain', 'libs/event-store'],
  'libs/database': ['libs/contracts'],
  'libs/platform': ['libs/contracts', 'libs/domain', 'libs/event-store'],
  'libs/containment': ['libs/contracts', 'libs/domain', 'libs/event-store', 'libs/platform'],
  'libs/embedded': ['libs/contracts', 'libs/platform'],
  'libs/sdk': ['libs/contracts'],
};

const layers = Object.entries(may).map(([layer, allowed]) => ({
  name: `arrows-point-inwards: ${layer}`,
  comment: `${layer} may import ${allowed.length ? allowed.join(', ') : 'no other layer'}: what decides must not know what fetches.`,
  severity: 'error',
  from: { path: `^${layer}/`, pathNot: '\\.spec\\.ts$' },
  to: { path: '^(apps|libs|test)/', pathNot: [`^${layer}/`, ...allowed.map((a) => `^${a}/`)] },
}));

module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'domain-is-pure',
      comment:
        'Contracts and domain import no npm package but zod and no Node module, so that any history can be replayed exactly.',
      severity: 'error',
      from: { path: '^libs/(contracts|domain)/', pathNot: '\\.spec\\.ts$' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'core'],
        pathNot: 'node_modules/zod/',
      },
    },
    {
      name: 'nats-in-one-place',
      comment:
        'Only libs/event-store-jetstream speaks to NATS; everyone else speaks to its ports. A bare baseline in test/bench is the measure, not a user.',
      severity: 'error',
      from: {
        path: '^(apps|libs|test)/',
        pathNot: ['^libs/event-store-jetstream/', '^test/bench/'],
      },
      to: { path: 'node_modules/@nats-io/' },
    },
    {
      name: 'testing-is-for-specs',
      comment: 'Fakes and harnesses never reach a running service.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: ['\\.spec\\.ts$', '\\.contract\\.ts$', '^libs/testing/'],
      },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'apps-are-leaves',
      comment: 'Apps meet over NATS or HTTP, never by import.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle hides which of two modules decides.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['import', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
