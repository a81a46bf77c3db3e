import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  asPackage,
  changed,
  compile,
  compileFolder,
  simulateIn,
} from '../../planted-bugs/compiled.js';
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

/** Compiles the core and its simulation, without anything else of the house, into a folder. */
export const compileSound = (root: string, into: string): void => {
  for (const folder of FOLDERS) compileFolder(root, folder, into);
  asPackage(into, {
    '#domain': `./${BUDGET}/index.js`,
    '#contracts': './libs/contracts/src/index.js',
  });
};

/** A copy of the sound build with one bug planted in the source. */
export const plant = async (root: string, sound: string, mutant: Mutant): Promise<Simulate> => {
  const into = `${sound}-${mutant.name}`;
  cpSync(sound, into, { recursive: true });
  const source = readFileSync(join(root, BUDGET, mutant.file), 'utf8');
  const code = compile(changed(source, mutant, mutant.name));
  writeFileSync(join(into, BUDGET, mutant.file.replace(/ts$/, 'js')), code);
  return simulationIn(into);
};

export const simulationIn = (folder: string): Promise<Simulate> =>
  simulateIn(folder, 'test/budget-simulation');
