import { LineCounter, parseDocument, type Document } from 'yaml';
import { PolicyName } from '#contracts';
import { UsageError } from '../arguments/usage-error.js';
import type { Terminal } from '../terminal.js';

/** A policy as it stands in a file. */
export interface PolicyFile {
  readonly written: Readonly<Record<string, unknown>>;
  /** On which line the value at `rules.0.when` begins; `null`: it is not there. */
  lineOf(path: string): number | null;
}

const CHARACTERS_MAX = 256 * 1024;
const ALIASES_MAX = 100;

/** Reads YAML, and JSON, which is YAML too. @throws UsageError that names the file and the line */
export const readPolicyFile = async (
  terminal: Pick<Terminal, 'readFile'>,
  path: string,
): Promise<PolicyFile> => {
  const text = await terminal.readFile(path);
  if (text === null) {
    throw new UsageError(`there is no file ${path}`, 'Name a file with a policy, YAML or JSON.');
  }
  if (text.length > CHARACTERS_MAX) {
    throw new UsageError(`${path} has ${text.length} characters; ${CHARACTERS_MAX} are read`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  const [mistake] = document.errors;
  if (mistake) throw new UsageError(`${path} cannot be read: ${mistake.message.trim()}`);
  return { written: objectIn(document, path), lineOf: (at) => lineOf(document, lines, at) };
};

const objectIn = (document: Document, path: string): Readonly<Record<string, unknown>> => {
  const value = valueOf(document, path);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new UsageError(
    `${path} holds no policy`,
    'It has a name, a target, a mode and rules, or a preset: estop policy preset shows some.',
  );
};

const valueOf = (document: Document, path: string): unknown => {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
  }
};

const lineOf = (document: Document, lines: LineCounter, path: string): number | null => {
  const keys = path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  const node = document.getIn(keys, true) as { range?: readonly [number, ...number[]] } | undefined;
  return node?.range ? lines.linePos(node.range[0]).line : null;
};

/** @throws UsageError where it has none */
export const nameIn = ({ written }: PolicyFile, path: string): string => {
  const { name } = written;
  if (typeof name === 'string' && PolicyName.safeParse(name).success) return name;
  const cure = 'Give it one, for example name: deploy-rate (1-63 of a-z 0-9 - _).';
  throw new UsageError(`the policy in ${path} has no name`, cure);
};
