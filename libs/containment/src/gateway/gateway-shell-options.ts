import type { GatewayId, RegionName, StopMode } from '#contracts';
import type { Broadcast, RawLog } from '#event-store';
import type { Clock, Ids, Logger, StoredControl } from '#platform';
import type { IdentityFile } from '../keys/identity-file.js';
import type { StopOrderedEvent } from '../wire/order-event.js';
import type { Cut } from './test-answers.js';

/** What a gateway does with what the protocol tells it. All are called in order and must not wait. */
export interface GatewayHandlers {
  /** The next event of the log, in order and once: fold it, and end what it newly covers. */
  apply(stored: StoredControl): void;
  /** Another log begins: all that `apply` gave is void, and comes again from its first event. Stops stand. */
  startOver(): void;
  /** Everything that came together is applied. */
  applied(position: number): void;
  /** The stop holds from now on, whether the log has it or not. */
  enforce(order: StopOrderedEvent): void;
  /** Ends what is in flight for the order's targets, now, and tells what that was. */
  cut(order: StopOrderedEvent): Cut;
  /** What a stop of these would end. */
  wouldCut(selector: StopOrderedEvent['data']['selector']): Cut;
  /** Nothing may move any more on what is open. */
  fence(): void;
  /** What is open may go on, as far as no stop forbids it. */
  unfence(): void;
  /** For figures: an answer that made the state fresher, a receipt that was sent. */
  counted(what: 'proof' | 'receipt'): void;
  /** A message that nobody can believe, or an event without effect, at `sequence` of the log. */
  rejected(what: string, sequence?: number): void;
}

export interface GatewayShellOptions {
  readonly gateway: GatewayId;
  readonly region: RegionName;
  readonly identity: IdentityFile;
  /** Holds the pinned file. */
  readonly directory: string;
  /** Over the connection that carries nothing but this. */
  readonly log: RawLog;
  readonly messaging: Broadcast;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** The stops that this build can enforce. */
  readonly modes: readonly StopMode[];
  /** Where others reach this gateway; known once it listens. */
  url(): string | null;
  readonly handlers: GatewayHandlers;
}
