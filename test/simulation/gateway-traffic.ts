import type { GatewayLease, SignedOrder } from '#domain';
import { isStopped, type LogFold } from './folds.js';
import type { Machine } from './machine.js';
import { LAX, type World } from './world.js';

export type Answer = 'down' | 'fenced' | 'refused' | 'admitted' | 'late';

/** What a gateway's verdict looks at. */
export interface Deciding {
  /** `null`: no process runs. */
  readonly lease: GatewayLease | null;
  readonly fold: LogFold;
  readonly orders: ReadonlyMap<string, SignedOrder>;
  readonly modes: readonly string[];
  /** While a stop stands that this build does not understand, it gets no lease. */
  readonly isTooOld: boolean;
  /** The incarnation on the disk when the process began; empty: none. */
  readonly belongsTo: string;
  /** The lineage of the log when the process began. */
  readonly startedWith: ReadonlySet<string>;
}

interface Place {
  readonly name: string;
  readonly id: string;
  readonly machine: Machine;
  readonly world: World;
}

/** The requests and streams of agents at one gateway; each admission is judged when it happens. */
export class GatewayTraffic {
  readonly #streams = new Set<string>();

  constructor(
    private readonly at: Place,
    private readonly by: Deciding,
  ) {}

  begin(): void {
    this.#streams.clear();
  }

  /** One request: the verdict, and the hand-over that may come later than was meant. */
  request(agent: string, pauseMs: number): Answer {
    const { machine, world, name } = this.at;
    const { lease } = this.by;
    if (!machine.isUp || machine.isPaused || lease === null) return 'down';
    if (!lease.admits(machine.reading())) return this.#withoutProof(agent);
    if (this.#isStopped(agent)) {
      world.checker.refused(name, agent);
      return 'refused';
    }
    this.#judgeLog();
    if (pauseMs > 0) return this.#admitLate(agent, pauseMs);
    world.checker.admitted(name, agent);
    this.#streams.add(agent);
    return 'admitted';
  }

  /** Bytes on what is in flight: no verdict is asked again, but nothing moves while fenced. */
  stream(): void {
    const { machine, world, name } = this.at;
    if (!machine.isUp || machine.isPaused || !this.by.lease?.admits(machine.reading())) return;
    for (const agent of this.#streams) world.checker.admitted(name, agent);
  }

  /** Of whoever is stopped by now. */
  endStreams(): void {
    for (const agent of this.#streams) if (this.#isStopped(agent)) this.#streams.delete(agent);
  }

  #admitLate(agent: string, pauseMs: number): Answer {
    const { machine, world } = this.at;
    machine.pause(pauseMs);
    world.disturbedUntil(world.schedule.nowMs + pauseMs);
    machine.run(() => this.#handOver(agent), machine.generation);
    return 'late';
  }

  // The clock is read again: past the lease nothing is handed over.
  #handOver(agent: string): void {
    const { machine, world, name } = this.at;
    if (this.by.lease?.admits(machine.reading())) world.checker.admitted(name, agent);
  }

  // It serves from the log that its disk belongs to, or from one that goes on for it; never from one without a beginning.
  #judgeLog(): void {
    const { name, world } = this.at;
    const { lineage, checker } = world;
    const { startedWith, belongsTo, fold } = this.by;
    if (fold.isMisled && world.isLossTold)
      checker.broken('I7', `${name} admits by what the log has lost`);
    if (startedWith !== lineage) return;
    if (lineage.size === 0) checker.broken('I4', `${name} admits without the beginning of the log`);
    else if (belongsTo !== '' && !lineage.has(belongsTo))
      checker.broken('I4', `${name} admits from a log that is not its own`);
  }

  // Nobody is refused here: a gateway that knows nothing for sure says 503. An opted-out namespace flows, and is flagged.
  #withoutProof(agent: string): Answer {
    const { lease, fold, isTooOld } = this.by;
    const flows = lease?.mayFlowUnproven === true && fold.onFence.choice === 'allow';
    if (agent === LAX && flows) return this.#flow(agent);
    if (!isTooOld) this.at.world.checker.fenced(this.at.name);
    return 'fenced';
  }

  #flow(agent: string): Answer {
    if (this.#isStopped(agent)) return 'refused';
    const { name, id, world } = this.at;
    const isLast = isJoinOf(name, id, world.lastJoins.get(id));
    const hasReadOfOther = !isJoinOf(name, id, this.by.fold.joins.get(id));
    if (hasReadOfOther)
      world.checker.broken('I4', `${name} goes on, and has read that another took its place`);
    // A known gap: who goes by a choice that the log has lost, and cannot be told, flows on though its node knows of no choice.
    world.checker.admittedByOptOut(name, agent, isLast && !this.by.fold.isMisled);
    return 'admitted';
  }

  #isStopped(agent: string): boolean {
    const { orders, fold, modes } = this.by;
    return isStopped(agent, orders.values(), { tags: fold.tags, modes });
  }
}

// Two machines may run under one id: the twin's joins begin with its own name.
const isJoinOf = (name: string, id: string, join: string | undefined): boolean =>
  join === undefined || join.startsWith(`${id}-twin`) === (name !== id);
