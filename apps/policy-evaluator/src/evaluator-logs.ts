import { writtenControl, type WrittenControl } from '#containment';
import {
  type ActivityEvent,
  CONTROL_FILTER,
  eventCodec,
  type SessionEvent,
  sessionEvents,
  type Signal,
  signalCodec,
  streams,
} from '#contracts';
import type { EventCodec } from '#contracts';
import type { EventStore, Messaging } from '#event-store';
import { QuickActivityCodec } from './logs/quick-codec.js';

/** The part of a NATS connection that the evaluator uses. */
export interface Logs {
  eventStore<E extends { readonly id: string }>(
    stream: string,
    codec: EventCodec<E>,
  ): EventStore<E>;
  messaging(): Messaging;
}

/** Everything that policies look at. */
export interface EvaluatorStores {
  /** As it was written: what gateways and nodes refuse for its signature has no effect here either. */
  readonly CONTROL: EventStore<WrittenControl>;
  readonly ACTIVITY: EventStore<ActivityEvent>;
  readonly SIGNALS: EventStore<Signal>;
  readonly SESSIONS: EventStore<SessionEvent>;
}
export type LogName = keyof EvaluatorStores;

export const openStores = (logs: Logs): EvaluatorStores => ({
  CONTROL: logs.eventStore(streams.control.name, writtenControl),
  ACTIVITY: logs.eventStore(streams.activity.name, new QuickActivityCodec()),
  SIGNALS: logs.eventStore(streams.signals.name, signalCodec),
  SESSIONS: logs.eventStore(streams.sessions.name, eventCodec<SessionEvent>(sessionEvents)),
});

/** The control log holds echoes besides its events. */
export const filtersOf = (name: LogName): readonly string[] =>
  name === 'CONTROL' ? [CONTROL_FILTER] : [];
