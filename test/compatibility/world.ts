import { readFileSync } from 'node:fs';
import { temporaryDirectory } from '#testing';
import { MeshProcess, type ReadyLine } from '../standalone/mesh-process.js';
import { WireClient, type AuthStyle } from './wire-client.js';

/** The tenant that AXME's public checks write into their addresses. */
export const ORG = 'conformance';
export const WORKSPACE = 'production';

/** A started mesh, with two gateways in two regions, and clients of it. */
export class World {
  private ready: ReadyLine | null = null;
  private keys: Readonly<Record<string, string>> = {};
  private readonly mesh: MeshProcess;
  private turn = 0;
  /** Agents' keys, by the agent's name. */
  readonly agentKeys = new Map<string, string>();

  constructor() {
    this.mesh = new MeshProcess([
      ...['--json', '--port', '0', '--data-dir', temporaryDirectory('compatibility')],
      ...['--org', ORG, '--workspace', WORKSPACE, '--gateways-per-region', '1'],
    ]);
  }

  async start(): Promise<void> {
    this.ready = await this.mesh.ready();
    this.keys = JSON.parse(readFileSync(this.ready.credentials, 'utf8')) as Record<string, string>;
  }

  async stop(): Promise<void> {
    await this.mesh.signalGroup('SIGTERM');
  }

  get gateways(): readonly string[] {
    return (this.ready as ReadyLine).gateways.map(({ url }) => url);
  }

  /** Each time another gateway: every route is answered by every gateway. */
  as(role: 'admin' | 'operator' | 'viewer' | 'nobody', style?: AuthStyle): WireClient {
    const key = role === 'nobody' ? null : (this.keys[`${role}_key`] as string);
    return new WireClient(this.nextGateway(), key, style);
  }

  /** An agent that was registered in an earlier step. */
  agent(name: string): WireClient {
    return new WireClient(this.nextGateway(), this.agentKeys.get(name) as string);
  }

  private nextGateway(): string {
    this.turn += 1;
    return this.gateways[this.turn % this.gateways.length] as string;
  }
}

export const address = (name: string): string => `agent://${ORG}/${WORKSPACE}/${name}`;

export const anIntent = (
  to: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  intent_type: 'notify.message.v1',
  correlation_id: crypto.randomUUID(),
  to_agent: to,
  payload: { text: 'hello' },
  ...more,
});

export const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
export const text = expect.any(String);
