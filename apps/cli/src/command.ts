import type { Estop } from '#sdk';
import type { FlagDefinition, Flags } from './arguments/flags.js';
import type { ExitCode } from './exit-codes.js';
import type { Home } from './mesh/home.js';
import type { Paint } from './render/paint.js';
import type { Terminal } from './terminal.js';

/** What a command is given when it runs. */
export interface Call {
  /** The words after the command's name. */
  readonly words: readonly string[];
  readonly flags: Flags;
  readonly terminal: Terminal;
  readonly paint: Paint;
  /** For programs: JSON on standard output. */
  readonly json: boolean;
  readonly home: Home;
  readonly estop: Estop;
}

/** One verb of the command line. */
export interface Command {
  /** One word, or a group and a verb: `orders lift`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** What follows the name: `TARGET`. */
  readonly usage?: string;
  readonly words: { readonly min: number; readonly max: number };
  readonly details?: readonly string[];
  readonly examples: readonly string[];
  readonly flags?: Readonly<Record<string, FlagDefinition>>;
  /** Which of the mesh's own keys it takes where none was given. @default operator */
  readonly needs?: 'operator' | 'admin';
  run(call: Call): Promise<ExitCode>;
}
