import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Limits of size and shape: the aim is lower (120 lines a file, 25 a function), these are the walls. */
const limits = {
  'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
  complexity: ['error', 8],
  'max-depth': ['error', 3],
  'max-params': ['error', 4],
};

/** What the functional core may not touch: these are globals, so no import rule can see them. */
const impure = [
  'Date',
  'process',
  'console',
  'performance',
  'setTimeout',
  'setInterval',
  'crypto',
  'Buffer',
  'fetch',
];

export default tseslint.config(
  { ignores: ['dist/**', '.cache/**', '.estop/**', 'node_modules/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    rules: {
      ...limits,
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/consistent-type-imports': 'off',
      // A schema and the type it infers carry one name: `const Selector` and `type Selector`.
      '@typescript-eslint/no-redeclare': 'off',
      'no-redeclare': 'off',
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['libs/contracts/src/**/*.ts', 'libs/domain/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...impure.map((name) => ({ name, message: 'The core is pure: hand it in.' })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Hand randomness in.' },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', '**/*.contract.ts', 'test/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
    },
  },
  {
    files: [
      'apps/cli/src/**/*.ts',
      'apps/demo/src/**/*.ts',
      'apps/standalone/src/**/*.ts',
      'test/**/*.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        setTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        clearTimeout: 'readonly',
        URL: 'readonly',
        module: 'writable',
        require: 'readonly',
        Buffer: 'readonly',
      },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
