import { z } from 'zod';
import { Address, defineRoute, Selector } from '#contracts';
import { docsPage } from './docs-page.js';
import { openApiDocument, type OpenApiDocument } from './document.js';

const Order = z.object({ order_id: z.string(), payload: z.json() }).meta({ id: 'Order' });
const routes = [
  defineRoute({
    id: 'stops.order',
    method: 'POST',
    path: '/v1/mesh/stops',
    access: { kind: 'operator', permission: 'stop:order' },
    summary: 'Orders a stop',
    axme: false,
    body: z.strictObject({ selector: Selector, note: z.json().optional() }),
    response: z.object({ order: Order }),
  }),
  defineRoute({
    id: 'stops.get',
    method: 'GET',
    path: '/v1/mesh/stops/:order_id/of/:agent',
    access: { kind: 'operator', permission: 'mesh:read' },
    summary: 'Gets a <stop>',
    axme: false,
    params: z.object({ order_id: z.string(), agent: Address }),
    query: z.object({ limit: z.coerce.number().describe('at most so many').optional() }),
    response: z.object({ order: Order, orders: z.array(Order) }),
  }),
  defineRoute({
    id: 'health',
    method: 'GET',
    path: '/health',
    access: { kind: 'public' },
    summary: 'Health',
    axme: true,
  }),
  defineRoute({
    id: 'mesh.stream',
    method: 'GET',
    path: '/v1/mesh/stream',
    access: { kind: 'operator', permission: 'mesh:read' },
    summary: 'Follows the mesh',
    axme: false,
    answers: 'sse',
  }),
];
const document = openApiDocument(routes, { version: '1.2.3' });

const refsOf = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : refsOf(inner),
  );
};
const operation = (path: string, method: string) => {
  const found = document.paths[path]?.[method];
  if (!found) throw new Error(`no ${method} ${path}`);
  return found;
};

describe('the OpenAPI document', () => {
  it('says its version and holds every route once, parameters in braces', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info.version).toBe('1.2.3');
    expect(Object.keys(document.paths)).toEqual([
      '/v1/mesh/stops',
      '/v1/mesh/stops/{order_id}/of/{agent}',
      '/health',
      '/v1/mesh/stream',
    ]);
  });

  it('refers only to what it holds', () => {
    const refs = new Set(refsOf(document));
    expect(refs).toContain('#/components/schemas/Order');
    for (const ref of refs) {
      const name = ref.replace('#/components/schemas/', '');
      expect(Object.keys(document.components.schemas)).toContain(name);
    }
    expect(JSON.stringify(document)).not.toContain('$defs');
  });

  it('declares every parameter of a path as required, of a query as optional', () => {
    const { parameters } = operation('/v1/mesh/stops/{order_id}/of/{agent}', 'get');
    expect(parameters.map(({ name, in: where, required }) => [name, where, required])).toEqual([
      ['order_id', 'path', true],
      ['agent', 'path', true],
      ['limit', 'query', false],
    ]);
    expect(parameters[2]?.description).toBe('at most so many');
  });

  it('takes an Idempotency-Key on every POST', () => {
    const { parameters } = operation('/v1/mesh/stops', 'post');
    expect(parameters.map(({ name }) => name)).toEqual(['Idempotency-Key']);
  });

  it('asks for a key but on public routes, and names the permission', () => {
    expect(operation('/health', 'get').security).toEqual([]);
    expect(operation('/v1/mesh/stops', 'post').security).toEqual([{ apiKey: [] }, { bearer: [] }]);
    expect(operation('/v1/mesh/stops', 'post').description).toContain('stop:order');
  });

  it('lists the errors of a route with their codes', () => {
    const { responses } = operation('/v1/mesh/stops', 'post');
    expect(Object.keys(responses)).toEqual([
      '200',
      '400',
      '401',
      '403',
      '409',
      '413',
      '415',
      '422',
      '500',
      '503',
    ]);
    expect(JSON.stringify(responses['403'])).toContain('agent_killed');
  });

  it('says that a stream is one, and that a body is needed', () => {
    expect(JSON.stringify(operation('/v1/mesh/stream', 'get').responses['200'])).toContain(
      'text/event-stream',
    );
    expect(operation('/v1/mesh/stops', 'post').requestBody).toMatchObject({ required: true });
  });

  it('has unique operation ids', () => {
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the page for people', () => {
  const page = docsPage(document as OpenApiDocument);

  it('shows every route and asks nobody else for anything', () => {
    for (const { id } of routes) expect(page).toContain(`id="${id}"`);
    expect(page).not.toMatch(/<script|src=|https?:\/\//);
  });

  it('escapes what it shows', () => {
    expect(page).toContain('Gets a &lt;stop&gt;');
  });
});
