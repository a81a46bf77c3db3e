import type { RouteDefinition } from '#contracts';
import type { HttpServer } from '../http/server.js';
import { docsPage } from './docs-page.js';
import { openApiDocument, type OpenApiOptions } from './document.js';

const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** Serves the document at `/openapi.json` and the page for people at `/docs`; both are made at the first request. */
export const bindOpenApi = (
  server: HttpServer,
  routes: readonly RouteDefinition[],
  options: OpenApiOptions,
): void => {
  let made: { json: string; page: string } | null = null;
  const make = (): { json: string; page: string } => {
    const document = openApiDocument(routes, options);
    return { json: JSON.stringify(document), page: docsPage(document) };
  };
  server.get('/openapi.json', { config: { routeId: 'openapi.document' } }, (_request, reply) =>
    reply.type('application/json; charset=utf-8').send((made ??= make()).json),
  );
  server.get('/docs', { config: { routeId: 'openapi.docs' } }, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', PAGE_POLICY)
      .send((made ??= make()).page),
  );
};
