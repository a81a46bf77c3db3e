import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';
import type { Outcome } from '../simulate.js';
import type { Edit, Mutant } from './mutant.js';

export type Simulate = (seed: number, keepNotes?: boolean) => Outcome;

const PROTOCOL = 'libs/domain/src/containment';
const SIMULATION = 'test/simulation';

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

/** Compiles the protocol and its simulation, without anything else of the house, into a folder. */
export const compileSound = (root: string, into: string): void => {
  compileAll(root, PROTOCOL, into);
  compileAll(root, SIMULATION, into);
  const imports = { '#domain': `./${PROTOCOL}/index.js` };
  writeFileSync(join(into, 'package.json'), JSON.stringify({ type: 'module', imports }));
};

const changed = (source: string, { file, find, replace }: Edit, name: string): string => {
  const parts = source.split(find);
  if (parts.length !== 2) {
    const found = `${parts.length - 1} times in ${file}, not once`;
    throw new Error(`mutant ${name}: its text occurs ${found}; mend it`);
  }
  return parts.join(replace);
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
  const simulate = join(into, SIMULATION, 'simulate.js');
  return ((await import(pathToFileURL(simulate).href)) as { simulate: Simulate }).simulate;
};
