import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  controlEvents,
  controlSubject,
  eventCodec,
  noticeEvents,
  streams,
  SubscriptionId,
  type ControlEvent,
  type ControlFact,
  type NoticeEvent,
  type WebhookFormat,
} from '#contracts';
import { secretPlace } from '#domain';
import { connectNats, provisionStreams, type Nats } from '#event-store-jetstream';
import {
  createLogger,
  createMetrics,
  Outbound,
  record,
  sealingWith,
  systemClock,
  systemIds,
  targetsWith,
  type Clock,
} from '#platform';
import { claimNatsAccount, temporaryDirectory } from '#testing';
import { Places } from './facts/places.js';
import { Notifier } from './notifier.js';

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const SECRETS_KEY = 'cd'.repeat(32);

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An HTTP server on this machine that webhooks call. What it answers is by path; `0`: nothing, ever. */
export class Receiver {
  readonly received: Received[] = [];
  readonly answers = new Map<string, { status: number; headers?: Record<string, string> }>();
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        const path = request.url ?? '';
        receiver.received.push({ path, headers: request.headers, body });
        const { status, headers = {} } = receiver.answers.get(path) ?? { status: 204 };
        if (status !== 0) response.writeHead(status, headers).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return receiver;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  at(path: string): Received[] {
    return this.received.filter((one) => one.path === path);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export interface ExampleWebhook {
  readonly url: string;
  readonly eventTypes?: string[];
  readonly org?: string;
  readonly workspace?: string | null;
  readonly about?: string | null;
  readonly format?: WebhookFormat;
  readonly secrets?: readonly string[];
  readonly id?: string;
}

/** Streams, facts and notifiers for specs. */
export class ExampleLog {
  readonly dataDir = temporaryDirectory('notifier');
  private readonly notifiers: Notifier[] = [];

  private constructor(
    readonly nats: Nats,
    readonly login: { readonly url: string; readonly user?: string; readonly password?: string },
  ) {}

  static async start(): Promise<ExampleLog> {
    const login = await claimNatsAccount();
    const { url: servers, ...rest } = login;
    const nats = await connectNats({ servers, name: 'example log', ...rest });
    await provisionStreams(nats, { replicas: 1 });
    const log = new ExampleLog(nats, login);
    await log.say('control.mesh.log', {
      type: 'LogStarted',
      data: { incarnation: 'example-incarnation' },
    });
    return log;
  }

  get notices() {
    return this.nats.eventStore<NoticeEvent>(streams.notices.name, eventCodec(noticeEvents));
  }

  /** @param allow what may be called besides public addresses */
  async notifier({
    clock = systemClock,
    allow = ['127.0.0.1'],
    timeoutMs = 1000,
  }: { clock?: Clock; allow?: string[]; timeoutMs?: number } = {}): Promise<Notifier> {
    const log = createLogger({ service: 'notifier', level: 'silent' });
    const notifier = new Notifier({
      ...{ nats: this.nats, clock, log, timeoutMs, ids: systemIds, random: () => 0 },
      places: await Places.open(this.dataDir, log),
      outbound: new Outbound(targetsWith(allow)),
      sealing: sealingWith(SECRETS_KEY),
      metrics: createMetrics('notifier', { processDefaults: false }),
    });
    this.notifiers.push(notifier);
    await notifier.start();
    return notifier;
  }

  async end(notifier: Notifier): Promise<void> {
    this.notifiers.splice(this.notifiers.indexOf(notifier), 1);
    await notifier.stop();
  }

  /** Puts a fact into the control log; answers its id. */
  async say(subject: string, fact: ControlFact, org: string | null = 'acme'): Promise<string> {
    const about = {
      actor: { kind: 'operator', id: 'ada', via: 'http' } as const,
      ...{ org, workspace: null, correlationId: 'example', reason: 'a drill' },
    };
    const event = record(fact, about, systemClock, systemIds) as ControlEvent;
    const store = this.nats.eventStore<ControlEvent>(
      streams.control.name,
      eventCodec(controlEvents),
    );
    await store.append({ subject, event });
    return event.id;
  }

  async subscribe(webhook: ExampleWebhook): Promise<string> {
    const id = SubscriptionId.parse(webhook.id ?? systemIds.uuid());
    const { org = 'acme', workspace = null, about = null, secrets = [SECRET] } = webhook;
    const place = { org: org as never, subscriptionId: id };
    const sealing = sealingWith(SECRETS_KEY);
    await this.say(
      controlSubject(org, workspace, 'webhook', id),
      {
        type: 'WebhookSubscribed',
        data: {
          ...{ ...place, workspace: workspace as never, about: about as never, ownerNote: null },
          callbackUrl: webhook.url,
          eventTypes: webhook.eventTypes ?? ['*'],
          format: webhook.format ?? 'standard',
          active: true,
          description: null,
          secrets: secrets.map((secret) => sealing.seal(secret, secretPlace(place))),
          secretHint: 'BwcH',
        },
      },
      org,
    );
    return id;
  }

  /** Orders a stop of one agent; answers the fact's id. */
  stopOf(agent: string, orderId: string, org = 'acme'): Promise<string> {
    return this.say(
      controlSubject(org, 'production', 'stop', orderId),
      {
        type: 'StopOrdered',
        data: {
          orderId: orderId as never,
          mode: 'halt',
          selector: { agent: agent as never },
          reason: null,
          expiresAt: null,
          drainUntil: null,
        },
      },
      org,
    );
  }

  async stop(): Promise<void> {
    for (const notifier of this.notifiers) await notifier.stop();
    await this.nats.close();
  }
}
