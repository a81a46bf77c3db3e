const { existsSync } = require('node:fs');
const { join } = require('node:path');

const LIBRARY = /^#([a-z-]+)$/;

/**
 * `#contracts` and its like are the sources of our libraries, where ours import them. Packages have imports of the same
 * form: OpenTelemetry's own `#platform` stays its own.
 */
module.exports = (request, options) => {
  const name = LIBRARY.exec(request)?.[1];
  if (name !== undefined && !options.basedir.includes('/node_modules/')) {
    const source = join(options.rootDir, 'libs', name, 'src', 'index.ts');
    if (existsSync(source)) return source;
  }
  return options.defaultResolver(request, options);
};
