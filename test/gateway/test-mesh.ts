import { randomUUID } from 'node:crypto';
import {
  Address,
  agentAddress,
  controlEvents,
  controlSubject,
  eventCodec,
  partsOf,
  streams,
  type ControlEvent,
  type ControlFact,
  type GatewayId,
  type KeyHolder,
  type KeyId,
  type OrgName,
  type RegionName,
  type Role,
  type Selector,
  type StopMode,
  type StopOrderId,
  type WorkspaceName,
} from '#contracts';
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
import { claimNatsAccount, until } from '#testing';
import type { GatewayOptions } from '../../apps/gateway/src/gateway-options.js';
import { startGateway, type Gateway } from '../../apps/gateway/src/gateway.js';
import { EventStream } from './event-stream.js';

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

/** Real gateways on a real log, in this process; the test plays the command API by writing to the log. */
export class TestMesh {
  readonly gateways: Gateway[] = [];
  private constructor(
    readonly nats: Nats,
    readonly control: EventStore<ControlEvent>,
  ) {}

  static async start(count = 1, options: Partial<GatewayOptions> = {}): Promise<TestMesh> {
    const { url, user, password } = await claimNatsAccount();
    const nats = await connectNats({ servers: url, user, password, name: 'test' });
    await provisionStreams(nats, { replicas: 1 });
    const control = nats.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
    const mesh = new TestMesh(nats, control);
    for (let number = 1; number <= count; number += 1) await mesh.addGateway(number, options);
    return mesh;
  }

  async addGateway(number: number, options: Partial<GatewayOptions> = {}): Promise<Gateway> {
    const gateway = await startGateway({
      nats: this.nats,
      gateway: `us-east-${number}` as GatewayId,
      region: 'us-east' as RegionName,
      port: 0,
      log: createLogger({ service: 'gateway', level: 'silent' }),
      ...options,
    });
    this.gateways.push(gateway);
    return gateway;
  }

  async stop(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await this.nats.close();
  }

  /** Writes to the control log, and waits until every gateway has applied it. */
  async say(fact: ControlFact, subject: string): Promise<number> {
    const about = {
      actor: { kind: 'operator', id: 'ada', via: 'http' },
      org: ORG,
      workspace: WORKSPACE,
      correlationId: 'test',
    } as const;
    const event = record(fact, about, systemClock, systemIds) as ControlEvent;
    const { sequence } = await this.control.append({ subject, event });
    await until(() => this.gateways.every(({ view }) => view.position >= sequence));
    return sequence;
  }

  async agent(name: string, org: string = ORG): Promise<Client> {
    const address = agentAddress(org, WORKSPACE, name);
    const data = {
      address,
      addressId: addressIdOf(address),
      serviceAccountId: serviceAccountIdOf(address),
      name,
      description: null,
      createdByNote: null,
    };
    const subject = controlSubject(org, WORKSPACE, 'agent', name);
    await this.say({ type: 'AgentRegistered', data }, subject);
    return { address, ...(await this.key({ kind: 'sa', address }, org)) };
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
    const orderId = systemIds.stopOrderId();
    const data = {
      orderId,
      mode,
      selector: selector as Selector,
      reason: 'test',
      expiresAt: null,
      drainUntil: drainMs === undefined ? null : toTimestamp(Date.now() + drainMs),
    };
    await this.say({ type: 'StopOrdered', data }, controlSubject(ORG, null, 'stop', orderId));
    return orderId;
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

  private async key(holder: KeyHolder, org: string = ORG): Promise<Omit<Client, 'address'>> {
    const keyId = systemIds.keyId();
    const secret = systemIds.secret();
    const data = {
      keyId,
      holder,
      org: org as OrgName,
      workspace: WORKSPACE,
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

export const intentBody = (to: string, more: object = {}) => ({
  intent_type: 'email.send.v1',
  correlation_id: randomUUID(),
  to_agent: to,
  payload: { batch: 1 },
  ...more,
});
