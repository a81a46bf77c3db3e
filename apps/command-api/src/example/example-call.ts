import type { CommandApi } from '../command-api.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

export interface ExampleCall {
  readonly key: string | null;
  /** A method and a path. */
  readonly line: string;
  /** A text is sent as it is; `undefined`: nothing is sent. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request to a command API, without its port. */
export const exampleCall = async (node: CommandApi, call: ExampleCall): Promise<Answer> => {
  const [method, url] = call.line.split(' ') as [string, string];
  const response = await node.server.inject({
    method: method as 'GET',
    url,
    headers: headersOf(call),
    ...(call.body !== undefined && { payload: payloadOf(call.body) }),
  });
  const text = response.body;
  const body = text === '' ? null : (JSON.parse(text) as unknown);
  return { status: response.statusCode, headers: response.headers, body };
};

const payloadOf = (body: unknown): string =>
  typeof body === 'string' ? body : JSON.stringify(body);

const headersOf = ({ key, body, headers }: ExampleCall): Record<string, string> => ({
  ...(body !== undefined && { 'content-type': 'application/json' }),
  ...headers,
  ...(key !== null && { 'x-api-key': key }),
});
