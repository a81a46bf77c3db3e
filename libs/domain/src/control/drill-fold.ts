import type { ControlEvent, Selector, Timestamp } from '#contracts';
import { SCHEME_LENGTH } from '../stop/covers.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

/** When a stop was last tried out on each org and each namespace. */
export class DrillFold {
  readonly #last = new Map<string, Timestamp>();

  /** Of the namespace, by a drill of it, of one within it, or of its whole org. `null`: never. */
  lastIn(org: string, workspace: string): Timestamp | null {
    const wide = this.#last.get(`org:${org}`);
    const own = this.#last.get(`ns:${org}/${workspace}`);
    if (wide === undefined || own === undefined) return own ?? wide ?? null;
    return own > wide ? own : wide;
  }

  run({ data, at }: Of<'DrillRun'>): void {
    this.#last.set(placeOf(data.selector), at);
  }
}

const placeOf = (selector: Selector): string => {
  if ('agent' in selector) {
    const [org = '', workspace = ''] = selector.agent.slice(SCHEME_LENGTH).split('/');
    return `ns:${org}/${workspace}`;
  }
  if ('namespace' in selector) return `ns:${selector.namespace}`;
  return `org:${selector.org}`;
};
