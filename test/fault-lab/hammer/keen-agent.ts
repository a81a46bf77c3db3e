import { Agent, request, type RequestOptions } from 'node:http';
import { nowMs } from '../time.js';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly sentMs: number;
  readonly endMs: number;
}

const WITHIN_MS = 4000;
/** Shorter than any server keeps an idle connection: it is never closed while a request goes into it. */
const IDLE_MS = 3000;

/** Kept connections to one gateway; a request that is not answered in four seconds takes its connection with it. */
export class Door {
  inFlight = 0;
  private readonly agent: Agent;
  private readonly options: RequestOptions;

  constructor(url: string, connectionsMax: number) {
    const { hostname, port } = new URL(url);
    this.agent = new Agent({ keepAlive: true, maxSockets: connectionsMax, timeout: IDLE_MS });
    this.options = { hostname, port, method: 'POST', agent: this.agent };
  }

  /** Never throws: `status` 0 means that no answer came. */
  post(path: string, apiKey: string, body: string): Promise<Answer> {
    const sentMs = nowMs();
    this.inFlight += 1;
    return new Promise((resolve) => {
      let ended = false;
      const end = (status: number, text: string): void => {
        if (ended) return;
        ended = true;
        clearTimeout(timer);
        this.inFlight -= 1;
        resolve({ status, text, sentMs, endMs: nowMs() });
      };
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-api-key': apiKey,
      };
      const call = request({ ...this.options, path, headers }, (response) => {
        const parts: string[] = [];
        response.setEncoding('utf8');
        response.on('data', (part: string) => parts.push(part));
        response.on('end', () => end(response.statusCode ?? 0, parts.join('')));
        response.on('error', () => end(0, ''));
      });
      const timer = setTimeout(() => call.destroy(new Error('too late')), WITHIN_MS);
      call.on('error', () => end(0, ''));
      call.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
