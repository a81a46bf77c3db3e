/**
 * Every suite runs under this one configuration. Unit suites (`.spec.ts`) do no I/O; suites on real servers
 * (`.int.spec.ts`, and the stories in `test/`) share the one nats-server and Postgres that `globalSetup` starts when the
 * first of them asks.
 *
 * @type {import('jest').Config}
 */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testRegex: '\\.spec\\.ts$',
  globalSetup: '<rootDir>/libs/testing/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/libs/testing/jest/global-teardown.mjs',
  reporters: ['default', '<rootDir>/libs/testing/jest/count-reporter.mjs'],
  maxWorkers: 2,
  extensionsToTreatAsEsm: ['.ts'],
  cacheDirectory: '<rootDir>/.cache/jest',
  resolver: '<rootDir>/libs/testing/jest/resolver.cjs',
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
      },
    ],
  },
};
