import { CLOCK_RATE_ERROR, isLasting, type LogEntry, type Signable, type Signing } from '#domain';
import { Checker, RELAXED_MS } from './checker.js';
import type { LogFold } from './folds.js';
import { History } from './history.js';
import { LogModel } from './log-model.js';
import { Network } from './network.js';
import { Random } from './random.js';
import { Schedule } from './schedule.js';

export { addressOf, AGENTS, LAX, TAGGED } from './agents.js';

/** Everything is well again so long after the last fault ended. */
export const WELL_AFTER_MS = 2_000;

const signerIsRight = (kind: Signable['kind'], signer: string): boolean =>
  kind === 'renewal' || kind === 'receipt' ? signer.startsWith('g') : signer.startsWith('n');

/** Nobody can make another's signature: that is all that the protocol asks of cryptography. */
export const signingFor = (name: string): Signing => ({
  sign: () => `key-of-${name}`,
  verify: ({ kind }, signature, signer) =>
    signature === `key-of-${signer}` && signerIsRight(kind, signer),
});

/** Everything that the parts of one history share. */
export class World {
  readonly schedule = new Schedule();
  readonly random: Random;
  readonly history: History;
  readonly checker: Checker;
  readonly network: Network;
  readonly log: LogModel;
  readonly onStored: ((entry: LogEntry) => void)[] = [];
  readonly onLost: ((keep: number) => void)[] = [];
  /** Lasting events that the log has lost; some may still be on their way to readers. */
  readonly lostEntries = new Set<LogEntry>();
  /** The first lasting event that stands where the log had lost its end; `Infinity`: none does. */
  #regrownTo = Infinity;
  #misledUntilMs = -Infinity;
  /** Its events are gone, but not their numbers: nobody who appends can tell. */
  #countsOn = false;
  /** The incarnations that the log as it is goes on for; none without its first event. */
  lineage = new Set<string>();
  /** The last join of each gateway that the log holds, by its id. */
  readonly lastJoins = new Map<string, string>();
  /** Until then something is, or may be, broken. */
  #disturbedUntilMs = WELL_AFTER_MS;

  constructor(seed: number, keepNotes: boolean) {
    this.random = new Random(seed);
    this.history = new History(() => this.schedule.nowMs, keepNotes);
    this.checker = new Checker(
      this.history,
      () => this.schedule.nowMs,
      () => this.isQuiet,
    );
    const baseMs = this.random.pick([0.2, 0.5, 5, 30]);
    this.network = new Network(this.schedule, this.random, baseMs);
    this.log = new LogModel(this.schedule, this.random, this.network, {
      onStored: (entry) => {
        if (isLasting(entry)) this.#regrownTo = Math.min(this.#regrownTo, entry.sequence);
        for (const hear of this.onStored) hear(entry);
      },
      onLost: (keep, lost) => {
        this.#regrownTo = Infinity;
        this.#misledUntilMs = Infinity;
        this.#countsOn = this.log.sequence > keep;
        for (const entry of lost) this.lostEntries.add(entry);
        for (const hear of this.onLost) hear(keep);
      },
    });
  }

  /** Whatever is broken until then, everything must be well so long after it. */
  disturbedUntil(endMs: number): void {
    this.#disturbedUntilMs = Math.max(this.#disturbedUntilMs, endMs + WELL_AFTER_MS);
  }

  /** A member node that holds what the log has lost, or has read nothing that stands in its place, answers gateways still. */
  nodeReads({ lastRead, isMisled }: LogFold, forMs: number): void {
    if (isMisled || lastRead < this.#regrownTo) this.#misledUntilMs = this.schedule.nowMs + forMs;
    else if (this.#misledUntilMs === Infinity) this.#misledUntilMs = this.schedule.nowMs;
  }

  /** Who still holds what the log has lost can be told from it, and has been for longer than any lease lasts. */
  get isLossTold(): boolean {
    const isTold = this.lostEntries.size > 0 && !this.#countsOn;
    return isTold && this.schedule.nowMs > this.#misledUntilMs + RELAXED_MS;
  }

  get isQuiet(): boolean {
    return this.schedule.nowMs > this.#disturbedUntilMs;
  }

  /** As far from true time as a clock may be, or exact. */
  clockRate(): number {
    return 1 + this.random.pick([-1, 0, 1]) * CLOCK_RATE_ERROR;
  }
}
