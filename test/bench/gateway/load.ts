import { connect, type Socket } from 'node:net';
import { quantile } from '../rounds.js';
import type { LoadOrder, LoadReport } from './load-messages.js';

/**
 * Sends the same request over kept connections, the next one when the answer is whole, and times each. On plain sockets
 * and in a process of its own, so that it takes as little as possible of the processors that it measures on.
 */
const tell = (report: LoadReport): void => void process.send?.(report);

const STATUS_AT = 'HTTP/1.1 '.length;
const HEAD_END = '\r\n\r\n';

interface Run {
  readonly bytes: Buffer;
  readonly tookMs: number[];
  readonly statuses: Record<string, number>;
  endMs: number;
}

/** One answer in what came so far: its length in bytes, `0` while it is not whole. */
const answerLength = (text: string): number => {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd < 0) return 0;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd + 2))?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${text.slice(0, 200)}`);
  const whole = headEnd + HEAD_END.length + Number(length);
  return text.length >= whole ? whole : 0;
};

const hammer = (socket: Socket, run: Run): Promise<void> =>
  new Promise((resolve, reject) => {
    let sentMs = 0;
    let waiting = '';
    const send = (): void => {
      sentMs = performance.now();
      socket.write(run.bytes);
    };
    socket.on('data', (part) => {
      waiting += part.toString('latin1');
      const whole = answerLength(waiting);
      if (whole === 0) return;
      const status = waiting.slice(STATUS_AT, STATUS_AT + 3);
      waiting = waiting.slice(whole);
      const nowMs = performance.now();
      run.tookMs.push(nowMs - sentMs);
      run.statuses[status] = (run.statuses[status] ?? 0) + 1;
      if (nowMs < run.endMs) return send();
      socket.end();
      resolve();
    });
    socket.on('error', reject);
    send();
  });

const opened = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });

const load = async ({ port, request, connections, forMs }: LoadOrder): Promise<void> => {
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)));
  const startedMs = performance.now();
  const bytes = Buffer.from(request);
  const run: Run = { bytes, tookMs: [], statuses: {}, endMs: startedMs + forMs };
  await Promise.all(sockets.map((socket) => hammer(socket, run)));
  const tookMs = performance.now() - startedMs;
  const { tookMs: times, statuses } = run;
  const [p50Ms, p99Ms] = [quantile(times, 0.5), quantile(times, 0.99)];
  tell({ kind: 'loaded', port, answers: times.length, tookMs, p50Ms, p99Ms, statuses });
};

process.on('message', (order: LoadOrder) => void load(order));
process.once('disconnect', () => process.exit());
tell({ kind: 'ready' });
