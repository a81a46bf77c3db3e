import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { LOG_SUBJECT, type ControlEvent, type restoreLog } from '#contracts';
import { ControlView, logDecider, type LogRestore } from '#domain';
import { record } from '#platform';
import { Control } from '../control/control.js';
import { answering } from '../control/log-problem.js';
import { namedActor } from '../control/named-actor.js';
import type { Caller } from '../control/operator.js';
import { by } from '../control/recording.js';

type Body = z.infer<typeof restoreLog.body>;
export type RestoredLog = z.infer<typeof restoreLog.response>;

/** Two people say that the control log was restored on purpose. */
@Injectable()
export class LogRestores {
  constructor(private readonly control: Control) {}

  /** @throws ApiProblem `log_unavailable` */
  async restore(caller: Caller, body: Body): Promise<RestoredLog> {
    const restore = await answering(() => this.say(caller, body));
    const { view } = this.control;
    const confirmedBy = restore.confirmedBy && namedActor(view, restore.confirmedBy);
    return {
      ok: true,
      state: confirmedBy === null ? 'needs_second' : 'restored',
      old: body.old,
      new: body.new,
      requested_by: namedActor(view, restore.by),
      requested_at: restore.at,
      confirmed_by: confirmedBy,
    };
  }

  // Asked of the log itself: while it is the wrong one, the fold is that of another.
  private async say(caller: Caller, body: Body): Promise<LogRestore> {
    const { store, clock, ids } = this.control.parts;
    const stored = await store.read(LOG_SUBJECT);
    const view = new ControlView();
    for (const event of stored) view.apply(event);
    const command = {
      type: 'RestoreLog',
      ...{ old: body.old, new: body.new, by: caller.actor, asked: view.logRestore },
    } as const;
    const decision = logDecider.decide(command, 'started');
    if (!decision.accepted) throw new Error('what people say of the log is never refused');
    let lastSequence = stored.at(-1)?.sequence ?? 0;
    for (const fact of decision.events) {
      const about = by(caller, { org: null, workspace: null }, body.reason);
      const event = record(fact, about, clock, ids) as ControlEvent;
      const appended = await store.append({
        subject: LOG_SUBJECT,
        event,
        expect: { lastSequence },
      });
      lastSequence = appended.sequence;
      const decoded = { known: true, event } as const;
      view.apply({ sequence: lastSequence, storedAtMs: clock.nowMs(), decoded });
    }
    if (view.logRestore === null) throw new Error('what was said of the log stands in it');
    return view.logRestore;
  }
}
