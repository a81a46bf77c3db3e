import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Address,
  type ControlEvent,
  type GatewayId,
  type RegionName,
  type StopMode,
} from '#contracts';
import { createLogger, record, systemClock, systemIds, type StoredControl } from '#platform';
import type { Messaging, RawLog } from '#event-store';
import { GatewayShell } from '../gateway/gateway-shell.js';
import { IdentityFile } from '../keys/identity-file.js';
import { NodeShell } from '../node/node-shell.js';
import type { StopOrderedEvent } from '../wire/order-event.js';

const logger = createLogger({ service: 'example', level: 'silent' });
const MODES: readonly StopMode[] = ['halt', 'pause', 'quarantine', 'drain'];

/** What the shells did, for specs to look at. */
export class Deeds {
  readonly applied: string[] = [];
  readonly enforced: string[] = [];
  readonly cut: string[] = [];
  readonly rejected: string[] = [];

  readonly handlers = {
    apply: ({ decoded }: StoredControl): void =>
      void this.applied.push(decoded.known ? decoded.event.type : '?'),
    startOver: (): void => undefined,
    applied: (): void => undefined,
    enforce: ({ data }: StopOrderedEvent): void => void this.enforced.push(data.orderId),
    cut: ({ data }: StopOrderedEvent) => {
      this.cut.push(data.orderId);
      return { streams: 2, calls: 1 };
    },
    wouldCut: () => ({ streams: 3, calls: 0 }),
    fence: (): void => undefined,
    unfence: (): void => undefined,
    counted: (): void => undefined,
    fenceCounts: (): boolean => true,
    rejected: (what: string): void => void this.rejected.push(what),
  };
}

/** A control node or a gateway in this process, on a disk of its own. */
export class ExampleShells {
  readonly directory = mkdtempSync(join(tmpdir(), 'estop-shells-'));
  private readonly running = new Set<{ stop(): Promise<void> }>();

  constructor(private readonly wires: { readonly log: RawLog; readonly messaging: Messaging }) {}

  async node(name: string): Promise<{ shell: NodeShell; deeds: Deeds; identity: IdentityFile }> {
    const directory = join(this.directory, name);
    const identity = await IdentityFile.open(directory, () => `${name}-1`);
    const deeds = new Deeds();
    const { handlers } = deeds;
    const shell = await NodeShell.open({ ...this.common(), name, identity, directory, handlers });
    await this.keep(shell);
    return { shell, deeds, identity };
  }

  async gateway(id: string): Promise<{ shell: GatewayShell; deeds: Deeds }> {
    const directory = join(this.directory, id);
    const identity = await IdentityFile.open(directory, () => id);
    const deeds = new Deeds();
    const { handlers } = deeds;
    const [gateway, region] = [id as GatewayId, 'us-east' as RegionName];
    const own = { gateway, region, identity, directory, handlers, modes: MODES };
    const shell = await GatewayShell.open({ ...this.common(), ...own });
    await this.keep(shell);
    return { shell, deeds };
  }

  async end(shell: { stop(): Promise<void> }): Promise<void> {
    this.running.delete(shell);
    await shell.stop();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.running].map((shell) => shell.stop()));
    rmSync(this.directory, { recursive: true });
  }

  stopOf(name: string, mode: StopMode = 'halt'): StopOrderedEvent {
    const orderId = systemIds.stopOrderId();
    const selector = { agent: `agent://acme/prod/${name}` as Address };
    const data = { orderId, mode, selector, reason: null, expiresAt: null, drainUntil: null };
    const actor = { kind: 'operator', id: 'me', via: 'http' } as const;
    const about = { actor, org: 'acme', workspace: 'prod', correlationId: 'c' };
    return record({ type: 'StopOrdered', data }, about, systemClock, systemIds) as Extract<
      ControlEvent,
      { type: 'StopOrdered' }
    >;
  }

  private common() {
    return { ...this.wires, clock: systemClock, ids: systemIds, logger, url: () => null };
  }

  private async keep(shell: { start(): Promise<void>; stop(): Promise<void> }): Promise<void> {
    this.running.add(shell);
    await shell.start();
  }
}
