import { ControlView, type ControlChange } from '#domain';
import { LogUnavailableError } from '#event-store';
import type { Logger } from '../log/logger.js';
import { inSpanNow, tracingEnabled } from '../telemetry/trace-context.js';
import type { ControlFeed, ControlSource, PushedStop, StoredControl } from './control-source.js';
import { Waiters } from './waiters.js';

export type StoredListener = (stored: StoredControl) => void;

export interface ControlLogOptions {
  readonly source: ControlSource;
  readonly log: Logger;
  /** Called for each event right after it was applied, in order. */
  onChange?(change: ControlChange, stored: StoredControl): void;
  /** Called once what came together is applied: everything up to this sequence is in force here. */
  onApplied?(position: number): void;
}

/** The fold of the control log, kept up to date for as long as the process lives. */
export interface ControlLog {
  readonly view: ControlView;
  /** Where the source tells what it read; for one that is made before the control log. */
  readonly feed: ControlFeed;
  /** All events up to here are applied. Ahead of the view's own position where the last of them have no effect. */
  readonly position: number;
  /**
   * `true` once everything that was in the log at the start is applied. Stays so while the server is away (what was known
   * is still in force); `false` for good when an event could not be applied.
   */
  ready(): boolean;
  connected(): boolean;
  /** Resolves when caught up. @throws when reading broke before that */
  start(): Promise<void>;
  /** Resolves when everything that was in the log at the time of the call is applied. @throws LogUnavailableError */
  barrier(timeoutMs?: number): Promise<void>;
  /** `true` when the sequence is applied, `false` when the time was over first. */
  until(sequence: number, timeoutMs: number): Promise<boolean>;
  /** `false` for an event of the log that was read here and refused. */
  hadEffect(sequence: number): boolean;
  /** Also calls `listener` for each event after it was applied; the answer ends that. */
  listen(listener: StoredListener): () => void;
  stop(): Promise<void>;
}

const BARRIER_MS = 5000;
/** So many refused events are remembered, the newest. */
const REFUSED_MAX = 10_000;

type Phase = 'new' | 'reading' | 'ready' | 'broken' | 'stopped';

export const createControlLog = (options: ControlLogOptions): ControlLog =>
  new FoldedControlLog(options);

class FoldedControlLog implements ControlLog, ControlFeed {
  readonly view = new ControlView();
  readonly feed: ControlFeed = this;
  private phase: Phase = 'new';
  private reached = 0;
  private readonly waiters = new Waiters();
  private readonly listeners = new Set<StoredListener>();
  private readonly refusals = new Set<number>();

  constructor(private readonly options: ControlLogOptions) {}

  get position(): number {
    return Math.max(this.reached, this.view.position);
  }

  ready(): boolean {
    return this.phase === 'ready';
  }

  connected(): boolean {
    return this.options.source.connected();
  }

  async start(): Promise<void> {
    if (this.phase !== 'new') throw new Error('a control log is started once');
    this.phase = 'reading';
    await this.options.source.start(this.feed);
    if (this.phase === 'reading') this.phase = 'ready';
  }

  async barrier(timeoutMs = BARRIER_MS): Promise<void> {
    const last = await this.options.source.lastSequence();
    if (await this.until(last, timeoutMs)) return;
    throw new LogUnavailableError(`the control log was not read up to ${last} in ${timeoutMs} ms`);
  }

  async until(sequence: number, timeoutMs: number): Promise<boolean> {
    if (this.position >= sequence) return true;
    if (this.phase === 'broken' || this.phase === 'stopped') return false;
    return this.waiters.wait(sequence, timeoutMs);
  }

  listen(listener: StoredListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async stop(): Promise<void> {
    if (this.phase !== 'broken') this.phase = 'stopped';
    this.waiters.giveUp();
    await this.options.source.stop();
  }

  apply(stored: StoredControl): void {
    try {
      this.applyTraced(stored);
    } catch (error) {
      this.broken(error);
      throw error;
    }
  }

  enforce(order: PushedStop): ControlChange {
    return this.view.enforce(order);
  }

  refused(sequence: number): void {
    this.refusals.add(sequence);
    const [oldest] = this.refusals;
    if (this.refusals.size > REFUSED_MAX && oldest !== undefined) this.refusals.delete(oldest);
  }

  hadEffect(sequence: number): boolean {
    return !this.refusals.has(sequence);
  }

  applied(position: number): void {
    this.reached = position;
    this.waiters.reached(this.position);
    this.options.onApplied?.(this.position);
  }

  startOver(): void {
    this.reached = 0;
    this.refusals.clear();
    this.view.startOver();
  }

  /** An event that cannot be applied may have been a stop: nothing is admitted here any more. */
  broken(error: unknown): void {
    if (this.phase === 'stopped' || this.phase === 'broken') return;
    this.phase = 'broken';
    this.waiters.giveUp();
    const { position } = this;
    this.options.log.fatal({ err: error, position }, 'control log cannot be applied: closed');
  }

  private applyTraced(stored: StoredControl): void {
    // What is read at the start is history: its traces ended long ago.
    if (!tracingEnabled() || !this.ready() || stored.trace.traceparent === undefined) {
      return this.fold(stored);
    }
    const attributes = { 'estop.sequence': stored.sequence, 'estop.subject': stored.subject };
    const options = { headers: stored.trace, attributes, kind: 'consumer' } as const;
    return inSpanNow(`apply ${nameOf(stored)}`, options, () => this.fold(stored));
  }

  private fold(stored: StoredControl): void {
    const change = this.view.apply(stored);
    if (!stored.decoded.known) {
      const { sequence, decoded } = stored;
      this.options.log.warn({ sequence, unknown: decoded.unknown }, 'unknown control event');
    }
    this.options.onChange?.(change, stored);
    for (const listener of this.listeners) listener(stored);
  }
}

const nameOf = ({ decoded }: StoredControl): string =>
  decoded.known ? decoded.event.type : 'unknown event';
