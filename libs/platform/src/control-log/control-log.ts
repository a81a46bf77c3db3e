import type { ControlEvent } from '#contracts';
import { ControlView, type ControlChange } from '#domain';
import { LogUnavailableError, type EventStore, type Following, type Stored } from '#event-store';
import type { Logger } from '../log/logger.js';
import { inSpan, tracingEnabled } from '../telemetry/trace-context.js';
import { Waiters } from './waiters.js';

export type StoredControl = Stored<ControlEvent>;
export type StoredListener = (stored: StoredControl) => void;

export interface ControlLogOptions {
  readonly store: EventStore<ControlEvent>;
  readonly log: Logger;
  /** Called for each event right after it was applied, in order; awaited before the next one. */
  onChange?(change: ControlChange, stored: StoredControl): void | Promise<void>;
  /** Called once a batch is applied: everything up to this sequence is in force here. */
  onApplied?(position: number): void;
}

/** The fold of the control log, kept up to date for as long as the process lives. */
export interface ControlLog {
  readonly view: ControlView;
  /**
   * `true` once everything that was in the log at the start is applied. Stays so while the server is away (what was known
   * is still in force); `false` for good when an event could not be applied.
   */
  ready(): boolean;
  connected(): boolean;
  /** Resolves when caught up. @throws when following broke before that */
  start(): Promise<void>;
  /** Resolves when everything that was in the log at the time of the call is applied. @throws LogUnavailableError */
  barrier(timeoutMs?: number): Promise<void>;
  /** `true` when the sequence is applied, `false` when the time was over first. */
  until(sequence: number, timeoutMs: number): Promise<boolean>;
  /** Also calls `listener` for each event after it was applied; the answer ends that. */
  listen(listener: StoredListener): () => void;
  stop(): Promise<void>;
}

const BARRIER_MS = 5000;

type Phase = 'new' | 'reading' | 'ready' | 'broken' | 'stopped';

export const createControlLog = (options: ControlLogOptions): ControlLog =>
  new FollowedControlLog(options);

class FollowedControlLog implements ControlLog {
  readonly view = new ControlView();
  private phase: Phase = 'new';
  private online = false;
  private following: Following | null = null;
  private readonly waiters = new Waiters();
  private readonly listeners = new Set<StoredListener>();

  constructor(private readonly options: ControlLogOptions) {}

  ready(): boolean {
    return this.phase === 'ready';
  }

  connected(): boolean {
    return this.online;
  }

  async start(): Promise<void> {
    if (this.phase !== 'new') throw new Error('a control log is started once');
    this.phase = 'reading';
    this.online = true;
    const following = this.options.store.follow({
      onEvents: (events) => this.applyAll(events),
      onConnected: (connected) => {
        this.online = connected;
      },
    });
    this.following = following;
    following.failed.catch((error: unknown) => this.close(error));
    await Promise.race([following.caughtUp, following.failed]);
    if (this.phase === 'reading') this.phase = 'ready';
  }

  async barrier(timeoutMs = BARRIER_MS): Promise<void> {
    const last = await this.options.store.lastSequence();
    if (await this.until(last, timeoutMs)) return;
    throw new LogUnavailableError(`the control log was not read up to ${last} in ${timeoutMs} ms`);
  }

  async until(sequence: number, timeoutMs: number): Promise<boolean> {
    if (this.view.position >= sequence) return true;
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
    await this.following?.stop();
  }

  private async applyAll(events: readonly StoredControl[]): Promise<void> {
    for (const stored of events) await this.applyTraced(stored);
    this.waiters.reached(this.view.position);
    this.options.onApplied?.(this.view.position);
  }

  private applyTraced(stored: StoredControl): Promise<void> | void {
    // What is read at the start is history: its traces ended long ago.
    if (!tracingEnabled() || !this.ready() || stored.trace.traceparent === undefined) {
      return this.apply(stored);
    }
    const attributes = { 'estop.sequence': stored.sequence, 'estop.subject': stored.subject };
    const options = { headers: stored.trace, attributes, kind: 'consumer' } as const;
    return inSpan(`apply ${nameOf(stored)}`, options, () => this.apply(stored));
  }

  private async apply(stored: StoredControl): Promise<void> {
    const change = this.view.apply(stored);
    if (!stored.decoded.known) {
      const { sequence, decoded } = stored;
      this.options.log.warn({ sequence, unknown: decoded.unknown }, 'unknown control event');
    }
    await this.options.onChange?.(change, stored);
    for (const listener of this.listeners) listener(stored);
  }

  /** An event that cannot be applied may have been a stop: nothing is admitted here any more. */
  private close(error: unknown): void {
    if (this.phase === 'stopped') return;
    this.phase = 'broken';
    this.waiters.giveUp();
    const position = this.view.position;
    this.options.log.fatal({ err: error, position }, 'control log cannot be applied: closed');
  }
}

const nameOf = ({ decoded }: StoredControl): string =>
  decoded.known ? decoded.event.type : 'unknown event';
