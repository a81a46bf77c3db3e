import { SessionId, sessionSubject, type SessionEvent } from '#contracts';
import type { ControlView } from '#domain';
import type { EventStore } from '#event-store';
import { BoundedMap } from '../intents/bounded-map.js';

export interface KilledSessionsOptions {
  readonly store: Pick<EventStore<SessionEvent>, 'first'>;
  readonly view: Pick<ControlView, 'sessions'>;
}

const REMEMBERED_MAX = 20_000;

/** Whether work that was taken in as part of a session may still be handed out. */
export class KilledSessions {
  /** Who is above whom; that never changes. */
  private readonly above = new BoundedMap<SessionId, readonly SessionId[]>(REMEMBERED_MAX);

  constructor(private readonly options: KilledSessionsOptions) {}

  /** @param text as the intent names it. @throws when the log of sessions cannot be read */
  async isKilled(text: unknown): Promise<boolean> {
    const { sessions } = this.options.view;
    const id = SessionId.safeParse(text);
    if (!id.success || sessions.isEmpty) return false;
    if (sessions.killed(id.data) !== null) return true;
    const above = this.above.get(id.data) ?? (await this.look(id.data));
    return above.some((one) => sessions.killed(one) !== null);
  }

  /** What the log has forgotten is over long since, and was not killed while it lasted. */
  private async look(id: SessionId): Promise<readonly SessionId[]> {
    const stored = await this.options.store.first(sessionSubject('*', '*', id));
    const event = stored?.decoded.known ? stored.decoded.event : null;
    const above = event?.type === 'SessionStarted' ? event.data.ancestors : [];
    this.above.set(id, above);
    return above;
  }
}
