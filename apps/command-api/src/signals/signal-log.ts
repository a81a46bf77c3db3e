import { signalSubject, type OrgName, type Signal, type WorkspaceName } from '#contracts';
import type { EventStore } from '#event-store';
import { answering } from '../control/log-problem.js';

export interface SignalTo {
  readonly org: OrgName;
  readonly workspace: WorkspaceName | null;
  readonly signal: Signal;
}

/** The stream of signals, as the command API writes it. */
export class SignalLog {
  constructor(private readonly store: EventStore<Signal>) {}

  /** @throws ApiProblem `log_unavailable` */
  async append(signals: readonly SignalTo[]): Promise<void> {
    await answering(() =>
      Promise.all(
        signals.map(({ org, workspace, signal }) =>
          this.store.append({
            subject: signalSubject(org, workspace, signal.source),
            event: signal,
          }),
        ),
      ),
    );
  }
}
