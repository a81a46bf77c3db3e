import { GatewayShell, IdentityFile } from '#containment';
import { live, StopMode, type GatewayId, type PositionReport, type RegionName } from '#contracts';
import type { Messaging, RawLog } from '#event-store';
import { createLogger, systemClock, systemIds } from '#platform';

export interface ExampleGatewayOptions {
  readonly log: RawLog;
  readonly messaging: Messaging;
  readonly directory: string;
  readonly id: string;
  readonly region: string;
}

const REPORT_EVERY_MS = 100;

/** Follows the control log, holds a lease and confirms stops, as a gateway does, and can be made to keep silent. For specs. */
export class ExampleGateway {
  private readonly gateway: GatewayId;
  private readonly region: RegionName;
  private shell: GatewayShell | null = null;
  private silent = false;
  private timer: NodeJS.Timeout | null = null;
  /** Ids of the orders that it enforces, in the order of their coming. */
  readonly enforced: string[] = [];

  constructor(private readonly options: ExampleGatewayOptions) {
    this.gateway = options.id as GatewayId;
    this.region = options.region as RegionName;
  }

  get admits(): boolean {
    return this.shell?.admits() ?? false;
  }

  /** Resolves when it is a member with a lease. */
  async join(): Promise<void> {
    const { id, directory, log } = this.options;
    const identity = await IdentityFile.open(directory, () => id);
    const { gateway, region } = this;
    this.shell = await GatewayShell.open({
      ...{ gateway, region, identity, directory, log, modes: StopMode.options },
      ...{ clock: systemClock, ids: systemIds, url: () => null, handlers: this.handlers() },
      logger: createLogger({ service: id, level: 'silent' }),
      messaging: this.messaging(),
    });
    this.timer = setInterval(() => this.report(), REPORT_EVERY_MS);
    await this.shell.start();
    this.report();
  }

  /** Nothing that it says comes through any more; it hears everything. */
  mute(): void {
    this.silent = true;
  }

  speak(): void {
    this.silent = false;
    this.report();
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.shell?.stop();
  }

  private handlers() {
    return {
      apply: (): void => undefined,
      applied: (): void => this.report(),
      startOver: (): void => undefined,
      enforce: ({ data }: { data: { orderId: string } }): void =>
        void this.enforced.push(data.orderId),
      cut: () => ({ streams: 1, calls: 0 }),
      wouldCut: () => ({ streams: 2, calls: 0 }),
      fence: (): void => undefined,
      unfence: (): void => undefined,
      counted: (): void => undefined,
      rejected: (): void => undefined,
    };
  }

  private messaging(): Messaging {
    const { messaging } = this.options;
    return {
      publish: (subject, body) => {
        if (!this.silent) messaging.publish(subject, body);
      },
      subscribe: (...of) => messaging.subscribe(...of),
      request: (...of) => messaging.request(...of),
      flush: () => messaging.flush(),
    };
  }

  private report(): void {
    const { gateway, region, shell } = this;
    if (shell === null || shell.boot === 0) return;
    const { boot, position, phase } = shell;
    const fenced = !shell.admits();
    const leaseAgeMs = shell.leaseAgeMs();
    const report: PositionReport = {
      ...{ gateway, region, boot, position, phase, fenced, leaseAgeMs },
      receipts: [],
    };
    const sealed = shell.sealPosition(JSON.stringify(report));
    if (sealed !== null) this.messaging().publish(live.position(region, gateway), sealed);
  }
}
