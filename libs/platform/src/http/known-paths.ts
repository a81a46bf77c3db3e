/** The paths that a server has routes for, to tell "no such thing" (404) from "not this way" (405). */
export class KnownPaths {
  private readonly patterns = new Map<string, { parts: string[]; methods: Set<string> }>();

  add(method: string, pattern: string): void {
    const known = this.patterns.get(pattern) ?? { parts: pattern.split('/'), methods: new Set() };
    known.methods.add(method);
    this.patterns.set(pattern, known);
  }

  /** The methods that the path takes, sorted; empty for an unknown path. */
  methodsOf(path: string): string[] {
    const parts = path.split('/');
    const methods = new Set<string>();
    for (const pattern of this.patterns.values()) {
      if (!fits(pattern.parts, parts)) continue;
      for (const method of pattern.methods) methods.add(method);
    }
    return [...methods].sort();
  }
}

const fits = (pattern: readonly string[], path: readonly string[]): boolean =>
  pattern.length === path.length &&
  pattern.every((part, at) => (part.startsWith(':') ? path[at] !== '' : part === path[at]));
