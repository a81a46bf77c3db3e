import type { GatewayId, RegionName, StopMode } from '#contracts';
import type { Nats } from '#event-store-jetstream';
import type { Clock, Ids, Logger } from '#platform';
import type { KillPathConnection } from './gateway-logs.js';

export interface GatewayOptions {
  /** For traffic: intents, activity, forwarded requests. */
  readonly nats: Nats;
  /** The kill path: nothing but the containment protocol, so that a stop never waits behind traffic. */
  readonly control: KillPathConnection;
  /** Holds this gateway's key and the orders that it knows. */
  readonly dataDir: string;
  readonly gateway: GatewayId;
  readonly region: RegionName;
  readonly log: Logger;
  readonly host?: string;
  /** `0` picks a free one. */
  readonly port: number;
  /** Where others reach it. @default the address it listens on */
  readonly publicUrl?: string | null;
  /** The stops that it says it can enforce. @default every mode of this build */
  readonly modes?: readonly StopMode[];
  readonly clock?: Clock;
  readonly ids?: Ids;
  /** Milliseconds from a delivery until others may have it. @default 90000 */
  readonly visibilityMs?: number;
  /** Intents that may wait for one receiver. @default 100000 */
  readonly backlogMax?: number;
  /** USDC of x402 challenges counts under caps in `usd`. @default false: under caps in `usdc` */
  readonly usdcAsUsd?: boolean;
}
