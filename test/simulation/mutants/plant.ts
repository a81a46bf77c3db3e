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
import type { Mutant } from './mutant.js';

export type Simulate = (seed: number, keepNotes?: boolean) => Outcome;

const PROTOCOL = 'libs/domain/src/containment';
const SIMULATION = 'test/simulation';

/** Compiles the protocol and its simulation, without anything else of the house, into a folder. */
export const compileSound = (root: string, into: string): void => {
  for (const folder of [PROTOCOL, SIMULATION]) compileFolder(root, folder, into);
  asPackage(into, { '#domain': `./${PROTOCOL}/index.js` });
};

/** A copy of the sound build with one bug planted in the source. */
export const plant = async (root: string, sound: string, mutant: Mutant): Promise<Simulate> => {
  const { name, edits } = mutant;
  const into = `${sound}-${name}`;
  cpSync(sound, into, { recursive: true });
  for (const file of new Set(edits.map((edit) => edit.file))) {
    let source = readFileSync(join(root, PROTOCOL, file), 'utf8');
    for (const edit of edits) if (edit.file === file) source = changed(source, edit, name);
    writeFileSync(join(into, PROTOCOL, file.replace(/ts$/, 'js')), compile(source));
  }
  return simulateIn<Simulate>(into, SIMULATION);
};
