import { ForwardedRequest } from '#contracts';
import { ApiProblem } from '#platform';

const METHODS = ForwardedRequest.shape.method;
/** `.` and `..`, plain or encoded, and a backslash: whoever parses a path as a URL reads another one out of these. */
const OTHER_SPELLING = /\/(?:\.|%2e){1,2}(?=\/|$)|\\/i;

/**
 * The method of a request that can be handed over. A path is handed over only where every reader takes it for the same one;
 * otherwise what was checked here would not be what is answered there.
 *
 * @throws ApiProblem `method_not_allowed`, `not_found`
 */
export const forwardable = ({ method, url }: { method: string; url: string }) => {
  const known = METHODS.safeParse(method);
  if (!known.success) {
    const allow = METHODS.options.join(', ');
    throw new ApiProblem('method_not_allowed', `${method} is used nowhere in this API.`, {
      headers: { allow },
    });
  }
  const path = url.split('?', 1)[0] ?? '';
  if (!path.startsWith('/') || OTHER_SPELLING.test(path)) {
    throw new ApiProblem('not_found', 'Nothing is at this path. /openapi.json lists what is.');
  }
  return known.data;
};
