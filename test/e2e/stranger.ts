import { readFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { temporaryDirectory } from '#testing';
import { MeshProcess, type ReadyLine } from '../standalone/mesh-process.js';

/** What came back, as it came. */
export interface Heard {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- looked into as it is, as a stranger would
  readonly body: any;
}

export interface Said {
  readonly key?: string;
  /** Objects are sent as JSON, bytes and text as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly gateway?: number;
  /** Called when the head of the answer is there: a stream is open then. */
  readonly onHead?: () => void;
}

export interface StrangersAgent {
  readonly address: string;
  readonly account: string;
  readonly keyId: string;
  readonly key: string;
}

const ANSWER_MS = 10_000;

/** A started mesh as somebody sees it who has its URL, keys and the description of its API alone. */
export class StrangersMesh {
  private constructor(
    private readonly process: MeshProcess,
    readonly ready: ReadyLine,
    readonly credentials: Readonly<Record<'admin_key' | 'operator_key' | 'viewer_key', string>>,
  ) {}

  static async start(name: string): Promise<StrangersMesh> {
    const process = new MeshProcess([
      ...['--json', '--port', '0', '--data-dir', temporaryDirectory(name)],
      ...['--gateways-per-region', '1'],
    ]);
    const ready = await process.ready().catch(async (error: unknown) => {
      await process.signalGroup('SIGTERM');
      throw error;
    });
    return new StrangersMesh(process, ready, JSON.parse(readFileSync(ready.credentials, 'utf8')));
  }

  async stop(): Promise<void> {
    await this.process.signalGroup('SIGTERM');
  }

  /** `ask('GET /v1/…')`: the path goes out exactly as it is written. Never waits for more than 10 s. */
  ask(route: string, { key, body, headers = {}, gateway = 0, onHead }: Said = {}): Promise<Heard> {
    const [method = 'GET', ...path] = route.split(' ');
    const bytes = bytesOf(body);
    const { hostname, port } = new URL(this.ready.gateways[gateway]?.url ?? '');
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          ...{ method, path: path.join(' '), hostname, port, timeout: ANSWER_MS },
          headers: {
            'content-type': 'application/json',
            'content-length': String(bytes.length),
            ...(key !== undefined && { 'x-api-key': key }),
            ...headers,
          },
        },
        (answer) => {
          onHead?.();
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
          answer.once('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              ...{ text, body: parsed(text) },
            }),
          );
        },
      );
      sent.once('timeout', () =>
        sent.destroy(new Error(`${route}: no answer for ${ANSWER_MS} ms`)),
      );
      sent.once('error', reject);
      sent.end(bytes);
    });
  }

  /** Bytes to a gateway; answers what came back until the connection was closed. */
  raw(bytes: string): Promise<string> {
    const { hostname, port } = new URL(this.ready.gateways[0]?.url ?? '');
    return new Promise((resolve) => {
      let heard = '';
      const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
      socket.setTimeout(ANSWER_MS, () => socket.destroy());
      socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
      socket.on('error', () => undefined).once('close', () => resolve(heard));
    });
  }

  async agent(key: string, address: string): Promise<StrangersAgent> {
    const [, , org_id, workspace_id, name] = address.split('/');
    const made = await this.ask('POST /v1/service-accounts', {
      ...{ key, body: { org_id, workspace_id, name } },
    });
    const account = made.body.service_account.service_account_id as string;
    const issued = await this.ask(`POST /v1/service-accounts/${account}/keys`, { key });
    return { address, account, keyId: issued.body.key.key_id, key: issued.body.key.token };
  }

  async operatorKey(key: string, body: object): Promise<string> {
    const made = await this.ask('POST /v1/keys', { key, body: { name: 'spec', ...body } });
    return made.body.key.token as string;
  }
}

const bytesOf = (body: unknown): Buffer => {
  if (body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
