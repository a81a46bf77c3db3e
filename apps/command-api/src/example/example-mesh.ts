import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  controlEvents,
  controlSubject,
  eventCodec,
  ledgerEvents,
  sessionEvents,
  streams,
  type ControlEvent,
  type ControlFact,
  type KeyId,
  type OrgName,
  type Role,
  type LedgerEvent,
  type SessionEvent,
  type WorkspaceName,
} from '#contracts';
import type { ReadModelDatabase } from '#database';
import type { EventStore, Messaging } from '#event-store';
import {
  connectNats,
  IDEMPOTENCY_BUCKET,
  provisionStreams,
  type Nats,
} from '#event-store-jetstream';
import {
  createLogger,
  createMetrics,
  formatKey,
  record,
  sha256Hex,
  systemClock,
  systemIds,
} from '#platform';
import { until } from '#testing';
import { createCommandApi, type CommandApi } from '../command-api.js';
import { outwardOf } from '../webhooks/outward.js';
import { exampleCall, type Answer } from './example-call.js';
import { ExampleGateway } from './example-gateway.js';
import { foundation } from './foundation.js';
import { WatchedBucket } from './watched-bucket.js';

export interface ExampleMeshOptions {
  readonly nats: { readonly url: string; readonly user?: string; readonly password?: string };
  readonly database?: ReadModelDatabase;
}

export interface ExampleKey {
  readonly roles: Role[];
  readonly org?: string;
  /** The key's own workspace. */
  readonly workspace?: string;
  readonly workspaceOnly?: boolean;
  readonly meshWide?: boolean;
}

export type { Answer };

/** A command API on a real log with two orgs, and gateways that only report. For specs. */
export class ExampleMesh {
  readonly gateways: ExampleGateway[] = [];
  private readonly nodes: CommandApi[] = [];
  /** The idempotency records that its nodes share. */
  readonly remembered: WatchedBucket;
  /** For nodes that are added from now on; `0`: no canaries. */
  canaryEveryMs = 0;
  /** The same; `null`: there are no webhooks. */
  secretsKey: string | null = 'ab'.repeat(32);
  private readonly directory = mkdtempSync(join(tmpdir(), 'estop-example-'));

  private constructor(
    readonly nats: Nats,
    readonly store: EventStore<ControlEvent>,
    readonly messaging: Messaging,
    private readonly database: ReadModelDatabase | null,
  ) {
    this.remembered = new WatchedBucket(nats.keyValue(IDEMPOTENCY_BUCKET));
  }

  static async start({ nats: account, database }: ExampleMeshOptions): Promise<ExampleMesh> {
    const { url: servers, ...login } = account;
    const nats = await connectNats({ servers, name: 'example mesh', ...login });
    await provisionStreams(nats, { replicas: 1 });
    const store = nats.eventStore<ControlEvent>(streams.control.name, eventCodec(controlEvents));
    const mesh = new ExampleMesh(nats, store, nats.messaging(), database ?? null);
    await mesh.found();
    await mesh.addNode('node-1');
    return mesh;
  }

  get api(): CommandApi {
    const [first] = this.nodes;
    if (!first) throw new Error('the example mesh has no node');
    return first;
  }

  async addNode(nodeId: string): Promise<CommandApi> {
    const api = await createCommandApi({
      nodeId,
      version: '0.0.0',
      canaryEveryMs: this.canaryEveryMs,
      killPath: {
        directory: join(this.directory, nodeId),
        log: this.nats.rawLog(streams.control.name),
        messaging: this.messaging,
      },
      store: this.store,
      ledger: this.nats.eventStore<LedgerEvent>(streams.ledger.name, eventCodec(ledgerEvents)),
      sessions: this.nats.eventStore<SessionEvent>(
        streams.sessions.name,
        eventCodec(sessionEvents),
      ),
      outward: outwardOf(this.nats, this.secretsKey),
      messaging: this.messaging,
      idempotency: this.remembered,
      database: this.database,
      clock: systemClock,
      ids: systemIds,
      logger: createLogger({ service: nodeId, level: 'silent' }),
      metrics: createMetrics(nodeId, { processDefaults: false }),
      natsConnected: () => this.nats.connected(),
      url: () => null,
    });
    await api.start();
    await until(() => api.node.isReady);
    this.nodes.push(api);
    return api;
  }

  /** Ends one as an operator would; its disk stays, and {@link addNode} with its name takes it up again. */
  async endNode(node: CommandApi): Promise<void> {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    await node.stop();
  }

  async addGateway(id: string, region: string): Promise<ExampleGateway> {
    const gateway = new ExampleGateway({
      log: this.nats.rawLog(streams.control.name),
      directory: join(this.directory, id),
      messaging: this.messaging,
      id,
      region,
    });
    await gateway.join();
    this.gateways.push(gateway);
    return gateway;
  }

  /** Puts a key straight into the log; answers its token. */
  async key({
    roles,
    org = 'acme',
    workspace = 'production',
    ...scope
  }: ExampleKey): Promise<string> {
    const keyId = systemIds.keyId();
    const secret = systemIds.secret();
    const { workspaceOnly = false, meshWide = false } = scope;
    await this.append(controlSubject(org, workspace, 'key', keyId), {
      type: 'KeyIssued',
      data: {
        keyId: keyId as KeyId,
        holder: { kind: 'op', name: roles.join(' and '), roles, meshWide },
        org: org as OrgName,
        workspace: workspace as WorkspaceName,
        workspaceOnly,
        secretSha256: sha256Hex(secret),
        hint: secret.slice(-4),
        expiresAt: null,
        createdByNote: null,
      },
    });
    return formatKey({ kind: 'op', keyId, secret });
  }

  async append(subject: string, fact: ControlFact): Promise<void> {
    const about = {
      actor: { kind: 'system', id: 'example', via: 'start' } as const,
      org: null,
      workspace: null,
      correlationId: 'example',
    };
    const event = record(fact, about, systemClock, systemIds) as ControlEvent;
    const { sequence } = await this.store.append({ subject, event });
    for (const node of this.nodes) await node.applied(sequence, 5000);
  }

  call(key: string | null, line: string, body?: unknown, more: CallOptions = {}): Promise<Answer> {
    const { node = this.api, headers = {} } = more;
    return exampleCall(node, { key, line, body, headers });
  }

  async stop(): Promise<void> {
    for (const gateway of this.gateways) await gateway.stop();
    for (const node of this.nodes) await node.stop();
    await this.nats.close();
    rmSync(this.directory, { recursive: true });
  }

  private async found(): Promise<void> {
    for (const [subject, fact] of foundation) await this.append(subject, fact);
  }
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly node?: CommandApi;
}
