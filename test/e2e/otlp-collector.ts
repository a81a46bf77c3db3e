import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A span, with the resource that it came from. */
export interface CollectedSpan {
  readonly service: string;
  /** The gateway's id; `null` for other services. */
  readonly gateway: string | null;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: string | number };
}

interface OtlpSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes?: readonly OtlpAttribute[];
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** Takes OTLP over HTTP as JSON, as any collector does, and keeps every span. */
export class OtlpCollector {
  readonly spans: CollectedSpan[] = [];
  /** Everything that was sent, as it came. */
  readonly bodies: string[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      let text = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      request.on('end', () => {
        if (request.url === '/v1/traces') this.take(text);
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  of(traceId: string): readonly CollectedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  private take(text: string): void {
    this.bodies.push(text);
    const { resourceSpans } = JSON.parse(text) as OtlpRequest;
    for (const { resource, scopeSpans } of resourceSpans) {
      const about = plain(resource.attributes);
      const from = {
        service: about['service.name'] ?? '',
        gateway: about['estop.gateway'] ?? null,
      };
      for (const { name, traceId, spanId, parentSpanId, attributes } of scopeSpans.flatMap(
        ({ spans }) => spans,
      )) {
        const ids = { traceId, spanId, parentSpanId: parentSpanId ?? '' };
        this.spans.push({ ...from, ...ids, name, attributes: plain(attributes ?? []) });
      }
    }
  }
}

const plain = (attributes: readonly OtlpAttribute[]): Record<string, string> =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [key, String(value.stringValue ?? value.intValue ?? '')]),
  );
