import { commandRoutes, gatewayRoutes, type RouteDefinition } from '#contracts';
import { openApiDocument } from './document.js';

const services: [string, readonly RouteDefinition[]][] = [
  ['gateway', gatewayRoutes],
  ['command API', commandRoutes],
];

describe.each(services)('the routes of the %s', (_service, routes) => {
  const document = openApiDocument(routes, { version: '0.0.0' });

  it('are each in its document, once', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const described = operations.map(({ operationId }) => operationId);
    expect(described.sort()).toEqual(routes.map(({ id }) => id).sort());
  });

  it('refer only to schemas that the document holds', () => {
    const refs = JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g);
    for (const [, ref] of refs) {
      const name = String(ref).replace('#/components/schemas/', '');
      expect(Object.keys(document.components.schemas)).toContain(name);
    }
  });
});
