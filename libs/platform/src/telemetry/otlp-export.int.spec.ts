import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTelemetry } from './telemetry.js';
import { enableTracing, inSpan } from './trace-context.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const bodies: string[] = [];
const collector = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  request.on('end', () => {
    bodies.push(`${request.url} ${text}`);
    response.end('{}');
  });
});

beforeAll(() => new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  enableTracing(false);
  collector.close();
});

it('sends what is left at the stop, with the trace that came and without the user of the machine', async () => {
  const { port } = collector.address() as AddressInfo;
  const telemetry = await startTelemetry({
    service: 'spec',
    otlpUrl: `http://127.0.0.1:${port}/`,
    attributes: { 'estop.gateway': 'g1' },
  });
  const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
  await inSpan('works', { headers, kind: 'consumer', attributes: { n: 1 } }, () => undefined);
  await telemetry.stop();
  expect(bodies).toHaveLength(1);
  expect(bodies[0]).toMatch(/^\/v1\/traces \{/);
  expect(bodies[0]).toContain(`"traceId":"${TRACE}"`);
  expect(bodies[0]).toContain('"estop.gateway"');
  expect(bodies[0]).not.toMatch(/process\.|host\./);
});
