import { z } from 'zod';
import { Timestamp } from './names.js';

/** Who did it: always the authenticated principal, never a field of a body. */
export const Actor = z.object({
  kind: z.enum(['operator', 'agent', 'gateway', 'node', 'system']),
  id: z.string().min(1).max(383),
  /** The way it came: `http`, `cli`, `expiry`, `start`, … */
  via: z.string().min(1).max(63),
});
export type Actor = z.infer<typeof Actor>;

/** What every event carries besides its own data. The stream gives the sequence. */
export const EnvelopeMeta = z.object({
  /** UUIDv7; also the message id, so a repeated append is stored once. */
  id: z.uuid(),
  at: Timestamp,
  /** `null` for mesh-wide facts. */
  org: z.string().nullable(),
  workspace: z.string().nullable(),
  actor: Actor,
  reason: z.string().max(2000).nullable().optional(),
  correlation_id: z.string().max(200),
  causation_id: z.string().max(200).nullable(),
  /** Ed25519 over the canonical bytes; `null` until signing is switched on. */
  signature: z.string().nullable(),
});
export type EnvelopeMeta = z.infer<typeof EnvelopeMeta>;

/** One kind of event: its name, its current version, the schema of its data and how older data is read. */
export interface EventDefinition<T extends string = string, S extends z.ZodType = z.ZodType> {
  readonly type: T;
  readonly version: number;
  readonly data: S;
  /** `upcasts[n]` turns data of version n into data of version n + 1. */
  readonly upcasts: Readonly<Record<number, (data: unknown) => unknown>>;
}

export const defineEvent = <T extends string, S extends z.ZodType>(
  type: T,
  data: S,
  version = 1,
  upcasts: Readonly<Record<number, (data: unknown) => unknown>> = {},
): EventDefinition<T, S> => ({ type, version, data, upcasts });

/** What a decider returns: the fact alone. */
export type FactOf<D> =
  D extends EventDefinition<infer T, infer S>
    ? { readonly type: T; readonly data: Readonly<z.infer<S>> }
    : never;

/** What a log holds: the fact in its envelope. */
export type Recorded<F> = F & EnvelopeMeta & { readonly version: number };

/** An event that this build cannot read. Who meets it closes what it names, and says so. */
export interface UnknownEvent {
  readonly type: string;
  readonly version: number;
  readonly org: string | null;
  readonly workspace: string | null;
  /** The agent it names, if it does in the usual field. */
  readonly address: string | null;
  readonly problem: string;
}

export type Decoded<E> =
  | { readonly known: true; readonly event: E }
  | { readonly known: false; readonly unknown: UnknownEvent };
