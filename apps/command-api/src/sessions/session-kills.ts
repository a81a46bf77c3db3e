import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  controlSubject,
  sessionSubject,
  type killSession,
  type Namespace,
  type SessionEvent,
  type SessionId,
} from '#contracts';
import { sessionKillDecider } from '#domain';
import type { EventStore } from '#event-store';
import { ApiProblem, canSee } from '#platform';
import { Control } from '../control/control.js';
import { answering } from '../control/log-problem.js';
import type { Caller } from '../control/operator.js';
import { by } from '../control/recording.js';
import { spreadOf } from '../control/wait-for-gateways.js';

export type KilledSession = z.infer<typeof killSession.response>;

/** The log of sessions, to look into. */
export class SessionStore {
  constructor(readonly events: Pick<EventStore<SessionEvent>, 'first'>) {}
}

interface Place {
  readonly org: string;
  readonly workspace: string;
}

/** Ends sessions from outside. Who names one of them, or one below it, is refused by every gateway that has read of it. */
@Injectable()
export class SessionKills {
  constructor(
    private readonly control: Control,
    private readonly sessions: SessionStore,
  ) {}

  /** Killing it twice changes nothing the second time. @throws ApiProblem `not_found`, also for another tenant's */
  async kill(caller: Caller, id: SessionId, reason: string | null): Promise<KilledSession> {
    const place = await this.placeOf(caller, id);
    const namespace = `${place.org}/${place.workspace}` as Namespace;
    const outcome = await this.control.decide({
      subject: controlSubject(place.org, place.workspace, 'session', id),
      decider: sessionKillDecider,
      command: { type: 'KillSession', sessionId: id, namespace, reason },
      about: by(caller, place, reason),
    });
    if (!outcome.accepted) throw new Error(`the kill of ${id} was refused`);
    const spread = await spreadOf(this.control, outcome.sequence);
    const { changed } = outcome;
    return { ok: true, session_id: id, status: 'TERMINATED', changed, ...spread };
  }

  private async placeOf({ principal }: Caller, id: SessionId): Promise<Place> {
    const scope = principal.meshWide ? '*' : principal.org;
    const subject = sessionSubject(scope, '*', id);
    const found = await answering(() => this.sessions.events.first(subject));
    const [, org = '', workspace = ''] = found?.subject.split('.') ?? [];
    if (found !== null && canSee(principal, org, workspace)) return { org, workspace };
    throw new ApiProblem('not_found', `There is no session ${id} here.`);
  }
}
