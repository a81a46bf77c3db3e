import { parseArgs } from 'node:util';
import { nearest } from './nearest.js';
import { UsageError } from './usage-error.js';

export interface FlagDefinition {
  /** What stands for the value in help; without it the flag takes none. */
  readonly value?: string;
  /** The value may be left out; it is empty then. */
  readonly optional?: boolean;
  readonly help: string;
  /** May be given several times. */
  readonly many?: boolean;
}

export type FlagDefinitions = Readonly<Record<string, FlagDefinition>>;

/** The flags of one command line, read by name. */
export class Flags {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  all(name: string): readonly string[] {
    const value = this.values[name];
    return Array.isArray(value) ? (value as string[]) : [];
  }

  /** A whole number of 0 or more. @throws UsageError when it is anything else */
  count(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined || /^\d{1,15}$/.test(text))
      return text === undefined ? text : Number(text);
    throw new UsageError(`--${name} must be a whole number, but is ${text}`);
  }

  has(name: string): boolean {
    return this.values[name] === true;
  }
}

/** Flags that every command takes. */
export const commonFlags: FlagDefinitions = {
  json: { help: 'JSON on standard output, for programs' },
  url: { value: 'URL,…', help: 'any gateway, or several; the next is asked when one is silent' },
  key: { value: 'KEY', help: 'the API key (better: ESTOP_API_KEY)' },
  help: { help: 'this text' },
};

export interface Parsed {
  readonly words: readonly string[];
  readonly flags: Flags;
}

/** @throws UsageError that names the flag, and the one that was probably meant. */
export const parseFlags = (args: readonly string[], own: FlagDefinitions): Parsed => {
  const definitions = { ...commonFlags, ...own };
  refuseUnknown(args, definitions);
  const options = Object.fromEntries(
    Object.entries(definitions).map(([name, { value, many = false }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: many },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: withOptionalValues(args, definitions),
      options,
      allowPositionals: true,
    });
    return { words: positionals, flags: new Flags(values) };
  } catch (error) {
    throw new UsageError(sentenceOf(error as Error));
  }
};

/** `--flag` where `--flag VALUE` was possible becomes `--flag=`: empty, and never the next flag. */
const withOptionalValues = (args: readonly string[], definitions: FlagDefinitions): string[] =>
  args.map((arg, index) => {
    const isOptional = arg.startsWith('--') && (definitions[arg.slice(2)]?.optional ?? false);
    const next = args[index + 1];
    return isOptional && (next === undefined || next.startsWith('-')) ? `${arg}=` : arg;
  });

const refuseUnknown = (args: readonly string[], definitions: FlagDefinitions): void => {
  const names = Object.keys(definitions);
  const end = args.indexOf('--');
  const given = end < 0 ? args : args.slice(0, end);
  const flag = given.find((arg) => isUnknown(arg, names));
  if (flag === undefined) return;
  const name = flag.split('=')[0] as string;
  const meant = nearest(name.replace(/^-+/, ''), names);
  throw new UsageError(`unknown flag ${name}`, meant === null ? null : `Did you mean --${meant}?`);
};

const isUnknown = (arg: string, names: readonly string[]): boolean => {
  const name = /^--?([^=]+)/.exec(arg)?.[1];
  return name !== undefined && !/^\d/.test(name) && !names.includes(name);
};

/** The first sentence: what follows it is about programs that parse, not about people. */
const sentenceOf = (error: Error): string =>
  (error.message.split('\n')[0] ?? '').split('. ')[0] ?? '';
