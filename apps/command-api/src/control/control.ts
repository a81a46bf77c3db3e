import type { ControlEvent, ControlFact } from '#contracts';
import { fold, type ControlView, type Decider } from '#domain';
import { decideAndAppend, WrongSequenceError, type EventStore } from '#event-store';
import {
  record,
  type Clock,
  type ControlLog,
  type Ids,
  type Logger,
  type Recording,
} from '#platform';
import type { GatewayReports } from '../gateways/gateway-reports.js';
import type { GatewayRegions } from '../node/gateway-regions.js';
import type { ControlNodeHere } from '../node/control-node-here.js';
import { answering } from './log-problem.js';
import { within } from './within.js';

/** What every command of the operators' side needs; handed in, so that specs can drive it. */
export interface ControlParts {
  readonly log: ControlLog;
  readonly store: EventStore<ControlEvent>;
  readonly reports: GatewayReports;
  /** Takes stops and tells what is proven of them, with the log and without. */
  readonly node: ControlNodeHere;
  readonly regions: GatewayRegions;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

/** One command about one aggregate of the control log. */
export interface Task<State, Command, Fact extends ControlFact, Rejection extends string> {
  /** The aggregate's subject. */
  readonly subject: string;
  readonly decider: Decider<State, Command, Fact, Rejection>;
  readonly command: Command;
  readonly about: Recording;
}

/** One fact of several that are appended together. */
export interface Step {
  readonly subject: string;
  readonly fact: ControlFact;
  /** What the subject must end with; `0`: nothing is there. @default whatever */
  readonly lastSequence?: number;
}

export type Outcome<Rejection> =
  /** `changed: false`: the command was already true, and nothing was appended. */
  | { readonly accepted: true; readonly changed: boolean; readonly sequence: number }
  | { readonly accepted: false; readonly rejection: Rejection };

/** What can be answered without the log waits for it so long. */
const CATCH_UP_MS_MAX = 250;

/** The control log as commands use it: read the fold, decide, append. */
export class Control {
  constructor(readonly parts: ControlParts) {}

  get view(): ControlView {
    return this.parts.log.view;
  }

  /** After this, whatever any node answered before is in the fold. @throws ApiProblem `log_unavailable` */
  barrier(timeoutMs?: number): Promise<void> {
    return answering(() => this.parts.log.barrier(timeoutMs));
  }

  /**
   * Like {@link barrier}, where an answer from what is known is better than none: `false` when the log could not be read to
   * its end in time.
   */
  async catchUp(): Promise<boolean> {
    const caughtUp = this.parts.log.barrier(CATCH_UP_MS_MAX).then(
      () => true,
      () => false,
    );
    return within(CATCH_UP_MS_MAX, caughtUp, false);
  }

  /** Loads the aggregate, decides, appends. @throws ApiProblem `log_unavailable` */
  decide<State, Command, Fact extends ControlFact, Rejection extends string>(
    task: Task<State, Command, Fact, Rejection>,
  ): Promise<Outcome<Rejection>> {
    const envelope = this.envelope<Fact>(task.about);
    return answering(async () => {
      const outcome = await decideAndAppend<State, Command, Fact, Rejection, ControlEvent>({
        store: this.parts.store,
        subject: task.subject,
        decider: task.decider,
        command: task.command,
        toRecorded: envelope,
        // A subject holds the events of one aggregate only.
        toFact: (event) => event as unknown as Fact,
      });
      return outcome.accepted
        ? { accepted: true, changed: outcome.events.length > 0, sequence: outcome.sequence }
        : { accepted: false, rejection: outcome.rejection };
    });
  }

  /**
   * Decides about an aggregate that is new for all anybody knows, with one round trip instead of two. `null`: it is there
   * already, load it.
   */
  decideNew<State, Command, Fact extends ControlFact, Rejection extends string>(
    task: Task<State, Command, Fact, Rejection>,
  ): Promise<Outcome<Rejection> | null> {
    const decision = task.decider.decide(task.command, fold<State, Fact>(task.decider, []));
    if (!decision.accepted) return Promise.resolve(decision);
    const envelope = this.envelope<Fact>(task.about);
    const requests = decision.events.map((fact, index) => ({
      subject: task.subject,
      event: envelope(fact, index),
      ...(index === 0 && { expect: { lastSequence: 0 } }),
    }));
    return answering(async () => {
      try {
        const { sequence } = await this.parts.store.appendAll(requests);
        return { accepted: true, changed: true, sequence };
      } catch (error) {
        if (error instanceof WrongSequenceError) return null;
        throw error;
      }
    });
  }

  /**
   * Facts about several aggregates, all of them or none. `null`: one of these is not at the sequence that was expected, and
   * nothing was appended. @throws ApiProblem `log_unavailable`
   */
  together(steps: readonly Step[], about: Recording): Promise<number | null> {
    const envelope = this.envelope<ControlFact>(about);
    const requests = steps.map(({ subject, fact, lastSequence }, index) => ({
      subject,
      event: envelope(fact, index),
      ...(lastSequence !== undefined && { expect: { lastSequence } }),
    }));
    return answering(async () => {
      try {
        return (await this.parts.store.appendAll(requests)).sequence;
      } catch (error) {
        if (error instanceof WrongSequenceError) return null;
        throw error;
      }
    });
  }

  /** Puts facts into their envelopes; asked twice for the same one it answers the same event, so a retry stores it once. */
  private envelope<Fact extends ControlFact>(about: Recording) {
    const made: ControlEvent[] = [];
    return (fact: Fact, index: number): ControlEvent =>
      (made[index] ??= record(fact as ControlFact, about, this.parts.clock, this.parts.ids));
  }
}
