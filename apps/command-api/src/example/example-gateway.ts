import {
  gatewaySubject,
  live,
  StopMode,
  type ControlEvent,
  type GatewayId,
  type PositionReport,
  type Receipt,
  type RegionName,
} from '#contracts';
import type { EventStore, Following, Messaging } from '#event-store';
import { record, systemClock, systemIds } from '#platform';

export interface ExampleGatewayOptions {
  readonly store: EventStore<ControlEvent>;
  readonly messaging: Messaging;
  readonly id: string;
  readonly region: string;
}

const ACTOR = { kind: 'gateway', id: 'example', via: 'start' } as const;

/** Reads the control log and says so, as a gateway does, and can be made to keep silent. For specs. */
export class ExampleGateway {
  private readonly gateway: GatewayId;
  private readonly region: RegionName;
  private position = 0;
  private silent = false;
  private following: Following | null = null;

  constructor(private readonly options: ExampleGatewayOptions) {
    this.gateway = options.id as GatewayId;
    this.region = options.region as RegionName;
  }

  /** Follows the log, then joins. */
  async join(): Promise<void> {
    const { store } = this.options;
    this.following = store.follow({
      onEvents: (events) => {
        const receipts = events.flatMap(({ decoded }) => this.receiptFor(decoded));
        this.position = events.at(-1)?.sequence ?? this.position;
        this.report(receipts);
      },
    });
    this.following.failed.catch(() => undefined);
    await this.following.caughtUp;
    const { gateway, region } = this;
    const about = { actor: ACTOR, org: null, workspace: null, correlationId: 'join' };
    const unsigned = { join: 'example', keyId: null, publicKey: null, modes: StopMode.options };
    const data = { gateway, region, boot: 1, url: null, ...unsigned };
    const event = record({ type: 'GatewayJoined', data }, about, systemClock, systemIds);
    await store.append({ subject: gatewaySubject(gateway), event });
  }

  /** Applies everything and says nothing, as if the way back were cut. */
  mute(): void {
    this.silent = true;
  }

  speak(): void {
    this.silent = false;
    this.report([]);
  }

  async stop(): Promise<void> {
    await this.following?.stop();
  }

  private receiptFor(decoded: { known: boolean; event?: ControlEvent }): Receipt[] {
    if (decoded.event?.type !== 'StopOrdered') return [];
    const { orderId } = decoded.event.data;
    return [{ orderId, appliedAfterMs: 1, cut: { streams: 1, calls: 0 } }];
  }

  private report(receipts: Receipt[]): void {
    if (this.silent) return;
    const { gateway, region, position } = this;
    const report: PositionReport = { gateway, region, boot: 1, position, receipts };
    this.options.messaging.publish(live.position(region, gateway), JSON.stringify(report));
  }
}
