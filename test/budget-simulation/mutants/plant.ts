import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';
import type { Outcome } from '../simulate.js';
import type { Mutant } from './mutants.js';

export type Simulate = (seed: number) => Outcome;

const BUDGET = 'libs/domain/src/budget';
/** All that the core of budgets and its simulation are made of. */
const FOLDERS = [
  BUDGET,
  'libs/domain/src',
  'libs/domain/src/containment',
  'libs/domain/src/time',
  'libs/contracts/src',
  'libs/contracts/src/events',
  'libs/contracts/src/routes',
  'test/budget-simulation',
  'test/simulation',
] as const;

const compile = (source: string): string =>
  transformSync(source, {
    swcrc: false,
    module: { type: 'es6' },
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
  }).code;

const compileAll = (root: string, folder: string, into: string): void => {
  mkdirSync(join(into, folder), { recursive: true });
  for (const name of readdirSync(join(root, folder))) {
    if (!name.endsWith('.ts') || name.endsWith('.spec.ts')) continue;
    const code = compile(readFileSync(join(root, folder, name), 'utf8'));
    writeFileSync(join(into, folder, name.replace(/ts$/, 'js')), code);
  }
};

/** Compiles the core and its simulation, without anything else of the house, into a folder. */
export const compileSound = (root: string, into: string): void => {
  for (const folder of FOLDERS) compileAll(root, folder, into);
  const imports = {
    '#domain': `./${BUDGET}/index.js`,
    '#contracts': './libs/contracts/src/index.js',
  };
  writeFileSync(join(into, 'package.json'), JSON.stringify({ type: 'module', imports }));
};

/** A copy of the sound build with one bug planted in the source. */
export const plant = async (root: string, sound: string, mutant: Mutant): Promise<Simulate> => {
  const into = `${sound}-${mutant.name}`;
  cpSync(sound, into, { recursive: true });
  const file = mutant.file.replace(/ts$/, 'js');
  const parts = readFileSync(join(root, BUDGET, mutant.file), 'utf8').split(mutant.find);
  if (parts.length !== 2) {
    const found = `${parts.length - 1} times in ${mutant.file}, not once`;
    throw new Error(`mutant ${mutant.name}: its text occurs ${found}; mend it`);
  }
  writeFileSync(join(into, BUDGET, file), compile(parts.join(mutant.replace)));
  return simulationIn(into);
};

export const simulationIn = async (folder: string): Promise<Simulate> => {
  const simulate = join(folder, 'test/budget-simulation/simulate.js');
  return ((await import(pathToFileURL(simulate).href)) as { simulate: Simulate }).simulate;
};
