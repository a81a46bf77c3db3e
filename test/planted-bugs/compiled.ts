import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';

/** JavaScript of one source text, types taken away and nothing checked. */
export const compile = (source: string): string =>
  transformSync(source, {
    swcrc: false,
    module: { type: 'es6' },
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
  }).code;

/** Compiles the files of one folder below `root`, specs left out, to the same place below `into`. */
export const compileFolder = (root: string, folder: string, into: string): void => {
  mkdirSync(join(into, folder), { recursive: true });
  for (const name of readdirSync(join(root, folder))) {
    if (!name.endsWith('.ts') || name.endsWith('.spec.ts')) continue;
    const code = compile(readFileSync(join(root, folder, name), 'utf8'));
    writeFileSync(join(into, folder, name.replace(/ts$/, 'js')), code);
  }
};

/** Makes a folder of compiled files a package of its own, with these libraries. */
export const asPackage = (into: string, imports: Readonly<Record<string, string>>): void =>
  writeFileSync(join(into, 'package.json'), JSON.stringify({ type: 'module', imports }));

/** One change that plants a bug, or a part of it. */
export interface Edit {
  /** In the folder of the code that the bug is planted into. */
  readonly file: string;
  /** Must occur exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** @throws Error where the text to replace is not there exactly once: the planted bug is out of date. */
export const changed = (source: string, { file, find, replace }: Edit, name: string): string => {
  const parts = source.split(find);
  if (parts.length === 2) return parts.join(replace);
  const found = `${parts.length - 1} times in ${file}, not once`;
  throw new Error(`mutant ${name}: its text occurs ${found}; mend it`);
};

/** The `simulate` of a compiled simulation. */
export const simulateIn = async <Simulate>(
  folder: string,
  simulation: string,
): Promise<Simulate> => {
  const file = join(folder, simulation, 'simulate.js');
  return ((await import(pathToFileURL(file).href)) as { simulate: Simulate }).simulate;
};
