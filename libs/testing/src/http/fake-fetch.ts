/** One request, as a fake server sees it. */
export interface SeenRequest {
  readonly method: string;
  readonly origin: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type FakeAnswer = (request: SeenRequest) => Response | Promise<Response>;

/** A `fetch` that asks no network: each request is kept and answered by a function. */
export class FakeFetch {
  readonly seen: SeenRequest[] = [];

  constructor(private readonly answer: FakeAnswer) {}

  readonly fetch: typeof fetch = async (input, init) => {
    const url = new URL(String(input));
    const request: SeenRequest = {
      method: init?.method ?? 'GET',
      origin: url.origin,
      path: decodeURIComponent(url.pathname),
      query: Object.fromEntries(url.searchParams),
      headers: Object.fromEntries(new Headers(init?.headers)),
      body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined,
    };
    this.seen.push(request);
    init?.signal?.throwIfAborted();
    return this.answer(request);
  };
}

/** JSON as the API answers it. */
export const jsonAnswer = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers });

/** A refusal as the API words it. */
export const problemAnswer = (
  status: number,
  code: string,
  extra: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Response =>
  Response.json(
    {
      type: `urn:estop:${code}`,
      status,
      detail: `${code} it is`,
      error: { code, message: `${code} it is`, category: 'test', retryable: status === 503 },
      ...extra,
    },
    { status, headers: { 'content-type': 'application/problem+json', ...headers } },
  );

/** A stream of server-sent events that is open for as long as `chunks` lasts. */
export const sseAnswer = (...chunks: readonly string[]): Response =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        controller.close();
      },
    }),
    { headers: { 'content-type': 'text/event-stream' } },
  );
