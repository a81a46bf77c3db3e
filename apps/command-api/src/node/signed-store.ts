import type { ControlEvent } from '#contracts';
import { signedEvent, type IdentityFile } from '#containment';
import {
  LogUnavailableError,
  type Appended,
  type AppendRequest,
  type EventPage,
  type EventStore,
  type FollowOptions,
  type Following,
  type Stored,
} from '#event-store';

export interface SignerOptions {
  readonly store: EventStore<ControlEvent>;
  readonly identity: IdentityFile;
  /** `true` while the log is not the one that was read: then nothing is added but the word of who restored it. */
  isRolledBack(): boolean;
}

/** The control log, where everything that this process appends carries the signature of its control node. */
export class SignedStore implements EventStore<ControlEvent> {
  constructor(private readonly options: SignerOptions) {}

  append(request: AppendRequest<ControlEvent>): Promise<Appended> {
    return this.options.store.append(this.signed(request));
  }

  appendAll(requests: readonly AppendRequest<ControlEvent>[]): Promise<Appended> {
    return this.options.store.appendAll(requests.map((request) => this.signed(request)));
  }

  read(filter: string, fromSequence?: number): Promise<Stored<ControlEvent>[]> {
    return this.options.store.read(filter, fromSequence);
  }

  readPage(filter: string, fromSequence: number): Promise<EventPage<ControlEvent>> {
    return this.options.store.readPage(filter, fromSequence);
  }

  first(filter: string): Promise<Stored<ControlEvent> | null> {
    return this.options.store.first(filter);
  }

  last(filter: string): Promise<Stored<ControlEvent> | null> {
    return this.options.store.last(filter);
  }

  lastSequence(): Promise<number> {
    return this.options.store.lastSequence();
  }

  forget(subject: string): Promise<void> {
    return this.options.store.forget(subject);
  }

  follow(options: FollowOptions<ControlEvent>): Following {
    return this.options.store.follow(options);
  }

  private signed(request: AppendRequest<ControlEvent>): AppendRequest<ControlEvent> {
    const { identity, isRolledBack } = this.options;
    const { event } = request;
    if (isRolledBack() && event.type !== 'LogRestored') {
      throw new LogUnavailableError('the control log was rolled back: nothing is added to it');
    }
    // What was stored is what was signed: a field that JSON leaves out is in neither.
    const plain = JSON.parse(JSON.stringify(event)) as ControlEvent;
    return { ...request, event: signedEvent(plain, identity.id, identity.current) };
  }
}
