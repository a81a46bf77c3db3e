import { registerHooks } from 'node:module';

const ours = /\/libs\/(testing|embedded)\/src\//;

/**
 * Lets jest's own process import the harness from its TypeScript sources: a `.js` import means the `.ts` beside it, and
 * `#embedded` the sources, so that tests run without a build.
 */
registerHooks({
  resolve(specifier, context, next) {
    if (!ours.test(context.parentURL ?? '') && !ours.test(specifier))
      return next(specifier, context);
    if (specifier === '#embedded')
      return next(new URL('../../embedded/src/index.ts', import.meta.url).href, context);
    return next(specifier.replace(/^(\.{1,2}\/.*)\.js$/, '$1.ts'), context);
  },
});
