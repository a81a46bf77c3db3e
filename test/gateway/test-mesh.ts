import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Address,
  agentAddress,
  controlEvents,
  controlSubject,
  eventCodec,
  intentSubject,
  LOG_SUBJECT,
  live,
  partsOf,
  streams,
  workEvents,
  type ControlEvent,
  type ControlFact,
  type GatewayId,
  type IntentId,
  type KeyHolder,
  type KeyId,
  type OrgName,
  type RegionName,
  type Role,
  type Selector,
  type StopMode,
  type StopOrderId,
  type WorkEvent,
  type WorkspaceName,
} from '#contracts';
import { jest } from '@jest/globals';
import type { EventStore } from '#event-store';
import { connectNats, provisionStreams, type Nats } from '#event-store-jetstream';
import {
  addressIdOf,
  createLogger,
  formatKey,
  record,
  serviceAccountIdOf,
  sha256Hex,
  systemClock,
  systemIds,
  toTimestamp,
} from '#platform';
import { claimNatsAccount, until, type NatsAccount } from '#testing';
import type { GatewayOptions } from '../../apps/gateway/src/gateway-options.js';
import { openGateway, type Gateway } from '../../apps/gateway/src/gateway.js';
import { EventStream } from './event-stream.js';
import { TestNode } from './test-node.js';

/** A busy machine starves a lease, and then all waits for the next proof. */
jest.setTimeout(30_000);

const ORG = 'acme' as OrgName;
const WORKSPACE = 'production' as WorkspaceName;

export interface Client {
  readonly address: Address;
  readonly key: string;
  readonly keyId: KeyId;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AnswerBody;
}

/** What tests look into; the rest they match. */
export interface AnswerBody {
  readonly intent_id: string;
  readonly events: readonly { readonly event_type: string; readonly details: object }[];
  readonly error: { readonly code: string; readonly message: string; readonly details: object };
}

/** Real gateways and a control node on a real log, in this process; the test plays the operators by writing to the log. */
export class TestMesh {
  readonly gateways: Gateway[] = [];
  readonly directory = mkdtempSync(join(tmpdir(), 'estop-gateways-'));
  private readonly connections: Nats[] = [];
  private runningNode: TestNode | null = null;
  private signer: TestNode | null = null;
  private constructor(
    readonly nats: Nats,
    readonly control: EventStore<ControlEvent>,
    private readonly connect: (name: string) => Promise<Nats>,
    /** Who the gateways are to the server. */
    readonly account: NatsAccount,
  ) {}

  static async start(count = 1, options: Partial<GatewayOptions> = {}): Promise<TestMesh> {
    const account = await claimNatsAccount();
    const { url, user, password } = account;
    const connect = (name: string) => connectNats({ servers: url, user, password, name });
    const nats = await connect('test');
    await provisionStreams(nats, { replicas: 1 });
    const control = nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
    const mesh = new TestMesh(nats, control, connect, account);
    const incarnation = randomUUID().replaceAll('-', '');
    await mesh.say({ type: 'LogStarted', data: { incarnation } }, LOG_SUBJECT);
    await mesh.startNode();
    for (let number = 1; number <= count; number += 1) await mesh.addGateway(number, options);
    return mesh;
  }

  /** The control node of the mesh, or the last one that it had. */
  get node(): TestNode {
    if (this.signer === null) throw new Error('the mesh never had a control node');
    return this.signer;
  }

  async startNode(name?: string): Promise<TestNode> {
    const node = await TestNode.start(this.nats, name);
    this.runningNode = node;
    this.signer = node;
    return node;
  }

  async stopNode(): Promise<void> {
    const node = this.runningNode;
    this.runningNode = null;
    await node?.stop();
  }

  async addGateway(number: number, options: Partial<GatewayOptions> = {}): Promise<Gateway> {
    const gateway = await this.openGateway(number, options);
    await gateway.serving;
    return gateway;
  }

  /** One that listens, and may not serve yet. */
  async openGateway(number: number, options: Partial<GatewayOptions> = {}): Promise<Gateway> {
    const name = `us-east-${number}`;
    const control = await this.connect(`gateway ${name} control`);
    this.connections.push(control);
    const gateway = await openGateway({
      nats: this.nats,
      control,
      dataDir: join(this.directory, name),
      gateway: name as GatewayId,
      region: 'us-east' as RegionName,
      port: 0,
      log: createLogger({ service: 'gateway', level: 'silent' }),
      ...options,
    });
    this.gateways.push(gateway);
    return gateway;
  }

  async stopGateway(gateway: Gateway): Promise<void> {
    this.gateways.splice(this.gateways.indexOf(gateway), 1);
    await gateway.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await this.stopNode();
    await Promise.all(this.connections.map((connection) => connection.close()));
    await this.nats.close();
    rmSync(this.directory, { recursive: true });
  }

  /** Writes to the control log, and waits until every gateway has applied it. */
  async say(fact: ControlFact, subject: string): Promise<number> {
    const event = this.event(fact);
    const signed = this.signer === null ? event : this.signer.signed(event);
    return this.store(signed, subject);
  }

  async store(event: ControlEvent, subject: string): Promise<number> {
    const { sequence } = await this.control.append({ subject, event });
    await until(() => this.gateways.every(({ view }) => view.position >= sequence));
    return sequence;
  }

  event(fact: ControlFact): ControlEvent {
    const about = {
      actor: { kind: 'operator', id: 'ada', via: 'http' },
      org: ORG,
      workspace: WORKSPACE,
      correlationId: 'test',
    } as const;
    return record(fact, about, systemClock, systemIds) as ControlEvent;
  }

  async agent(
    name: string,
    org: string = ORG,
    workspace: WorkspaceName = WORKSPACE,
  ): Promise<Client> {
    const address = agentAddress(org, workspace, name);
    const data = {
      address,
      addressId: addressIdOf(address),
      serviceAccountId: serviceAccountIdOf(address),
      name,
      description: null,
      createdByNote: null,
    };
    const subject = controlSubject(org, workspace, 'agent', name);
    await this.say({ type: 'AgentRegistered', data }, subject);
    return { address, ...(await this.key({ kind: 'sa', address }, org, workspace)) };
  }

  async operator(...roles: Role[]): Promise<Client> {
    const issued = await this.key({ kind: 'op', name: 'ada', roles, meshWide: false });
    return { address: agentAddress(ORG, WORKSPACE, issued.keyId), ...issued };
  }

  async revoke({ keyId }: Client): Promise<void> {
    const data = { keyId, reason: null };
    await this.say({ type: 'KeyRevoked', data }, controlSubject(ORG, null, 'key', keyId));
  }

  async order(mode: StopMode, selector: object, drainMs?: number): Promise<StopOrderId> {
    const fact = stopFact(mode, selector, drainMs);
    const { orderId } = fact.data;
    await this.say(fact, controlSubject(ORG, null, 'stop', orderId));
    return orderId;
  }

  /** Nobody signed it. */
  pushUnsigned(mode: StopMode, selector: object): void {
    const text = JSON.stringify(this.event(stopFact(mode, selector)));
    this.nats.messaging().publish(live.order(this.node.shell.id), text);
  }

  sequenceOf(order: StopOrderId): number | null {
    return this.gateways[0]?.view.order(order)?.sequence ?? null;
  }

  /** Pushed to the gateways and not in the log. */
  push(mode: StopMode, selector: object): StopOrderId {
    const fact = stopFact(mode, selector);
    this.node.push(this.event(fact));
    return fact.data.orderId;
  }

  async lift(orderId: StopOrderId): Promise<void> {
    const data = { orderId, reason: 'mended', cause: 'operator' as const };
    await this.say({ type: 'StopLifted', data }, controlSubject(ORG, null, 'stop', orderId));
  }

  /** `route` is a method and a path; a body of text is sent as it is. */
  async call(client: Client, route: string, body?: unknown, at = 0): Promise<Answer> {
    const [method, path] = route.split(' ');
    const response = await fetch(`${this.url(at)}${path}`, {
      method,
      headers: { 'x-api-key': client.key, 'content-type': 'application/json' },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as AnswerBody,
    };
  }

  /** Sends an intent and answers its id. */
  async send(from: Client, to: string, more: object = {}, at = 0): Promise<string> {
    const answer = await this.call(from, 'POST /v1/intents', intentBody(to, more), at);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return answer.body.intent_id;
  }

  /** An intent that comes from elsewhere: no gateway here took it. */
  async submit(from: Address, to: Address): Promise<IntentId> {
    const intentId = systemIds.uuid() as IntentId;
    const data = {
      ...{ intentId, intentType: 'email.send.v1', correlationId: randomUUID(), from, to },
      ...{ payload: {}, replyTo: null, deadlineAt: null, maxDeliveryAttempts: 5, kept: {} },
    };
    const about = {
      actor: { kind: 'agent', id: from, via: 'http' },
      ...{ org: ORG, workspace: WORKSPACE, correlationId: 'test' },
    } as const;
    const event = record({ type: 'IntentSubmitted', data }, about, systemClock, systemIds);
    const store = this.nats.eventStore(streams.intents.name, eventCodec<WorkEvent>(workEvents));
    await store.append({ subject: intentSubject(partsOf(to), intentId), event });
    return intentId;
  }

  listen(client: Client, query = '', at = 0): Promise<EventStream> {
    const { org, workspace, name } = partsOf(client.address);
    const path = `/v1/agents/${org}/${workspace}/${name}/intents/stream${query}`;
    return EventStream.open(`${this.url(at)}${path}`, client.key);
  }

  stream(client: Client, path: string, at = 0): Promise<EventStream> {
    return EventStream.open(`${this.url(at)}${path}`, client.key);
  }

  private url(at: number): string {
    const gateway = this.gateways[at];
    if (gateway === undefined) throw new Error(`there is no gateway ${at}`);
    return gateway.url;
  }

  private async key(
    holder: KeyHolder,
    org: string = ORG,
    workspace: WorkspaceName = WORKSPACE,
  ): Promise<Omit<Client, 'address'>> {
    const keyId = systemIds.keyId();
    const secret = systemIds.secret();
    const data = {
      keyId,
      holder,
      org: org as OrgName,
      workspace,
      workspaceOnly: false,
      secretSha256: sha256Hex(secret),
      hint: secret.slice(-4),
      expiresAt: null,
      createdByNote: null,
    };
    await this.say({ type: 'KeyIssued', data }, controlSubject(org, null, 'key', keyId));
    return { keyId, key: formatKey({ kind: holder.kind, keyId, secret }) };
  }
}

const stopFact = (mode: StopMode, selector: object, drainMs?: number) => {
  const drainUntil = drainMs === undefined ? null : toTimestamp(Date.now() + drainMs);
  const terms = { reason: 'test', expiresAt: null, drainUntil };
  const orderId = systemIds.stopOrderId();
  return {
    type: 'StopOrdered',
    data: { orderId, mode, selector: selector as Selector, ...terms },
  } as const;
};

export const intentBody = (to: string, more: object = {}) => ({
  intent_type: 'email.send.v1',
  correlation_id: randomUUID(),
  to_agent: to,
  payload: { batch: 1 },
  ...more,
});
