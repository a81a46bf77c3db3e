import { forwardable } from './forwardable.js';

const codeOf = (method: string, url: string): string => {
  try {
    return forwardable({ method, url });
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('what a gateway hands over', () => {
  it.each([
    '/v1/mesh/agents',
    '/v1/mesh/agents/a.b',
    '/v1/..x?y=/../',
    '/v1/mesh/agents/agent%3A%2F%2Fa',
  ])('takes %s', (url) => expect(codeOf('GET', url)).toBe('GET'));
  it.each([
    '/v1/mesh/./stream',
    '/v1/mesh/x/../stream',
    '/v1/mesh/x/%2e%2E/stream',
    '/v1/mesh\\stream',
    '/v1/mesh/..',
    'http://elsewhere/v1/mesh/stream',
    '*',
  ])('knows no %s, which others would read as another path', (url) =>
    expect(codeOf('GET', url)).toBe('not_found'),
  );
  it.each(['TRACE', 'PROPFIND', 'QUERY'])('refuses %s', (method) =>
    expect(codeOf(method, '/v1/mesh/stops')).toBe('method_not_allowed'),
  );
});
