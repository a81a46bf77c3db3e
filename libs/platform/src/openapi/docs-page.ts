import type { OpenApiDocument, Operation } from './document.js';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
  details { border: 1px solid #8886; border-radius: 6px; margin: .4rem 0; padding: .4rem .8rem }
  summary { cursor: pointer } code, pre { font: 13px/1.5 ui-monospace, monospace }
  .method { display: inline-block; width: 4.5rem; font-weight: 700 }
  pre { overflow: auto; background: #8881; padding: .6rem; border-radius: 4px }
  table { border-collapse: collapse } td, th { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top }
`;

/** The document as one page for people: no script, nothing loaded from anywhere. */
export const docsPage = (document: OpenApiDocument): string => {
  const { info, tags } = document;
  const sections = tags.map(({ name }) => section(document, name)).join('\n');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>${text(info.title)} API</title><style>${STYLE}</style></head>
<body><h1>${text(info.title)} API ${text(info.version)}</h1><p>${text(info.description)}</p>
<p><a href="/openapi.json">openapi.json</a></p>${sections}
<h2>Schemas</h2>${Object.entries(document.components.schemas).map(schemaBlock).join('\n')}</body></html>`;
};

const section = (document: OpenApiDocument, tag: string): string => {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => operationBlock(method, path, operation)),
  );
  return `<h2>${text(tag)}</h2>${operations.join('\n')}`;
};

const operationBlock = (method: string, path: string, operation: Operation): string => `
<details id="${text(operation.operationId)}"><summary><span class="method">${text(method.toUpperCase())}</span>
<code>${text(path)}</code> ${text(operation.summary)}</summary>
<p>${text(operation.description)}</p>${parameters(operation)}${body(operation)}
<h4>Answers</h4><table>${Object.entries(operation.responses).map(answerRow).join('')}</table></details>`;

const parameters = ({ parameters: all }: Operation): string => {
  if (all.length === 0) return '';
  const rows = all.map(
    ({ name, in: where, required, schema }) =>
      `<tr><td><code>${text(name)}</code></td><td>${where}${required ? ', required' : ''}</td><td><code>${json(schema)}</code></td></tr>`,
  );
  return `<h4>Parameters</h4><table>${rows.join('')}</table>`;
};

const body = ({ requestBody }: Operation): string =>
  requestBody ? `<h4>Body</h4><pre>${json(requestBody, 2)}</pre>` : '';

const answerRow = ([status, answer]: [string, Record<string, unknown>]): string =>
  `<tr><td>${text(status)}</td><td>${text(String(answer.description))}</td></tr>`;

const schemaBlock = ([name, schema]: [string, unknown]): string =>
  `<details><summary><code>${text(name)}</code></summary><pre>${json(schema, 2)}</pre></details>`;

const json = (value: unknown, indent?: number): string => text(JSON.stringify(value, null, indent));

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const text = (value: string): string => value.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
