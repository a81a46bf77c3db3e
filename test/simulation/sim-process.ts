import type { AppendOutput, GatewayInput, NodeInput } from '#domain';
import { Machine } from './machine.js';
import type { World } from './world.js';

export const TICK_MS = 20;

/** What gateways and nodes are told alike. */
export type ReaderInput = Extract<
  GatewayInput & NodeInput,
  { kind: 'subscribed' | 'delivered' | 'append-answered' | 'leave' }
>;

/** The program that runs in a process. */
export interface Program {
  readonly reads: 'all' | 'lasting';
  step(input: ReaderInput): void;
  tick(): void;
  /** Where a consumer has to begin that is made after another has ended. */
  resumeFrom(): number;
}

/** A process on a machine of its own: it reads the log, is called every 20 ms, and can crash, end and begin anew. */
export class SimProcess {
  readonly machine: Machine;

  constructor(
    readonly name: string,
    private readonly world: World,
    private readonly program: Program,
  ) {
    this.machine = new Machine(name, world.schedule, world.clockRate());
  }

  /** `false`: it runs already. */
  begin(): boolean {
    if (this.machine.isUp) return false;
    this.machine.isUp = true;
    this.machine.generation += 1;
    this.world.checker.began(this.name);
    return true;
  }

  /** Reads the log from its first event, and looks at the time. */
  run(): void {
    this.subscribe(1);
    this.#tick(this.machine.generation);
  }

  /** `false`: it does not run. */
  crash(diskLost: boolean): boolean {
    if (!this.machine.isUp) return false;
    this.world.history.note(this.name, diskLost ? 'crashes and loses its disk' : 'crashes');
    this.#end();
    return true;
  }

  /** Says that it takes part in nothing any more, and ends. `false`: it cannot. */
  leave(): boolean {
    if (!this.machine.isUp || this.machine.isPaused) return false;
    this.world.history.note(this.name, 'leaves');
    this.program.step({ kind: 'leave' });
    this.#end();
    return true;
  }

  /** In this process, a turn later. */
  soon(work: () => void): void {
    const { generation } = this.machine;
    this.world.schedule.in(0, () => this.machine.run(work, generation));
  }

  subscribe(from: number): void {
    const { generation } = this.machine;
    const run = (work: () => void): void => this.machine.run(work, generation);
    const consumer = this.world.log.subscribe({
      client: this.name,
      from,
      reads: this.program.reads,
      deliver: (delivery) => run(() => this.program.step({ kind: 'delivered', delivery })),
      onEnded: () => run(() => this.subscribe(this.program.resumeFrom())),
    });
    this.soon(() => this.program.step({ kind: 'subscribed', consumer, fromSequence: from }));
  }

  append(output: AppendOutput): void {
    const { generation } = this.machine;
    const { ref } = output;
    this.world.log.append(this.name, output, (answer) =>
      this.machine.run(
        () => this.program.step({ kind: 'append-answered', ref, answer }),
        generation,
      ),
    );
  }

  /** After the time that a disk takes, unless the process has ended by then. */
  written(atMs: number, done: () => void): void {
    const { generation } = this.machine;
    this.world.schedule.at(atMs, () => {
      if (this.machine.isUp && this.machine.generation === generation) done();
    });
  }

  #end(): void {
    this.machine.isUp = false;
    this.world.log.unsubscribe(this.name);
  }

  #tick(generation: number): void {
    if (this.machine.generation !== generation || !this.machine.isUp) return;
    this.machine.run(() => this.program.tick(), generation);
    this.world.schedule.in(TICK_MS, () => this.#tick(generation));
  }
}
