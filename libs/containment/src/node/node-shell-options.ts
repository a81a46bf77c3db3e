import type { FenceCounts } from '#domain';
import type { Broadcast, RawLog } from '#event-store';
import type { Clock, Ids, Logger, StoredControl } from '#platform';
import type { IdentityFile } from '../keys/identity-file.js';
import type { StopOrderedEvent } from '../wire/order-event.js';

/** What a control node does with what the protocol tells it. All are called in order and must not wait. */
export interface NodeHandlers {
  /** The next event of the log, in order and once. */
  apply(stored: StoredControl): void;
  /** Another log begins: all that `apply` gave is void, and comes again from its first event. Stops stand. */
  startOver(): void;
  /** Everything that came together is applied. */
  applied(position: number): void;
  /** The stop is known from now on, though the log does not have it yet. */
  enforce(order: StopOrderedEvent): void;
  /** Where silence proves nothing: a gateway that may let an order's targets pass without a proof. */
  readonly fenceCounts: FenceCounts;
  /** A message that nobody can believe, or an event without effect, at `sequence` of the log. */
  rejected(what: string, sequence?: number): void;
}

export interface NodeShellOptions {
  /** The name that the operator gave, without the random part. */
  readonly name: string;
  readonly identity: IdentityFile;
  /** Holds the spool. */
  readonly directory: string;
  /** Over the connection that carries nothing but this. */
  readonly log: RawLog;
  readonly messaging: Broadcast;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Where others reach this node; known once it listens. */
  url(): string | null;
  readonly handlers: NodeHandlers;
}
