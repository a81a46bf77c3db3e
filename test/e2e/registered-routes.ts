/** A route as the server has it. */
export interface RegisteredRoute {
  readonly method: string;
  readonly path: string;
}

/** Four columns of the printed tree are one level. */
const LEVEL = 4;
const LINE = /^([│ ]*)(?:├|└)── (.*?)(?: \(([A-Z, ]+)\))?$/;

/** Every route that is really registered, read from the server's own tree; HEAD belongs to its GET. */
export const registeredRoutes = (server: { printRoutes(): string }): RegisteredRoute[] => {
  const parents: string[] = [];
  return server
    .printRoutes()
    .split('\n')
    .flatMap((line) => {
      const match = LINE.exec(line);
      if (!match) return [];
      const [, indent = '', segment = '', methods = ''] = match;
      const depth = indent.length / LEVEL;
      parents.length = depth;
      parents.push(segment);
      const path = parents.join('');
      const named = methods.split(', ').filter((method) => method !== '' && method !== 'HEAD');
      return named.map((method) => ({ method, path }));
    });
};
