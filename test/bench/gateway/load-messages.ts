/** What the bench, its load generator and the bare server say to each other. */
export interface LoadOrder {
  readonly kind: 'load';
  readonly port: number;
  /** The whole request as it goes over the wire, head and body. */
  readonly request: string;
  readonly connections: number;
  readonly forMs: number;
}

export type LoadReport =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'loaded';
      /** Of the order. */
      readonly port: number;
      readonly answers: number;
      readonly tookMs: number;
      readonly p50Ms: number;
      readonly p99Ms: number;
      /** The first characters of each kind of answer, and how often it came: a bench of errors is noticed. */
      readonly statuses: Readonly<Record<string, number>>;
    };

export type BareReport = { readonly kind: 'listening'; readonly port: number };

/** A request as bytes, made once: the load generator must cost less than what it measures. */
export const wireRequest = (
  path: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): string => {
  const text = JSON.stringify(body);
  const all = {
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`POST ${path} HTTP/1.1`, ...head, '', text].join('\r\n');
};
