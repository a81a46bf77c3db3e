import type { ControlEvent } from '#contracts';
import type { ControlChange } from '#domain';
import type { EventStore, Following, Stored } from '#event-store';

export type StoredControl = Stored<ControlEvent>;
/** A stop, as it is pushed and as the log holds it. */
export type PushedStop = Extract<ControlEvent, { type: 'StopOrdered' }>;

/** Where whoever reads the log tells what it read: in the order of the log, each event once, nothing skipped. */
export interface ControlFeed {
  /** @throws whatever the fold or its listeners throw; the control log is broken from then on */
  apply(stored: StoredControl): void;
  /** A verified stop holds from now on, though the log may not have it yet. */
  enforce(order: PushedStop): ControlChange;
  /** The event at this place in the log has no effect: it is not the word of the one who may say it. */
  refused(sequence: number): void;
  /** All events up to here were applied, or have no effect. */
  applied(position: number): void;
  /** Another log begins: everything comes again from its first event. Standing stops stand until it lifts them. */
  startOver(): void;
  /** Nothing can be applied any more. */
  broken(error: unknown): void;
}

/** Whoever reads the log for a fold. */
export interface ControlSource {
  /** Resolves when everything that the log held at the start is applied. @throws when reading broke before that */
  start(feed: ControlFeed): Promise<void>;
  /** Whether the log can be read now, as far as is known. */
  connected(): boolean;
  /** Of the last event in the log. @throws LogUnavailableError */
  lastSequence(): Promise<number>;
  stop(): Promise<void>;
}

/** Reads the log through a consumer of the event store. */
export const followStore = (
  store: Pick<EventStore<ControlEvent>, 'follow' | 'lastSequence'>,
): ControlSource => new StoreSource(store);

class StoreSource implements ControlSource {
  private online = false;
  private following: Following | null = null;

  constructor(private readonly store: Pick<EventStore<ControlEvent>, 'follow' | 'lastSequence'>) {}

  async start(feed: ControlFeed): Promise<void> {
    this.online = true;
    const following = this.store.follow({
      onEvents: (events) => {
        for (const stored of events) feed.apply(stored);
        const last = events.at(-1);
        if (last !== undefined) feed.applied(last.sequence);
      },
      onConnected: (connected) => {
        this.online = connected;
      },
    });
    this.following = following;
    following.failed.catch((error: unknown) => feed.broken(error));
    await Promise.race([following.caughtUp, following.failed]);
  }

  connected(): boolean {
    return this.online;
  }

  lastSequence(): Promise<number> {
    return this.store.lastSequence();
  }

  async stop(): Promise<void> {
    await this.following?.stop();
  }
}
