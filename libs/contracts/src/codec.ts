import type { Decoded, EventDefinition } from './envelope.js';
import { EnvelopeMeta } from './envelope.js';
import { z } from 'zod';

const Head = EnvelopeMeta.extend({
  type: z.string().max(100),
  version: z.number().int().positive(),
  data: z.unknown(),
});

/**
 * Turns stored text into events and back. Reading is tolerant of unknown fields and strict about meaning: a type or a
 * version from the future, or data that does not fit, comes back as `known: false` and is never guessed at. Older
 * versions are upcast step by step.
 */
export interface EventCodec<E> {
  encode(event: E): string;
  decode(text: string): Decoded<E>;
}

export const eventCodec = <E>(definitions: readonly EventDefinition[]): EventCodec<E> => {
  const byType = new Map(definitions.map((definition) => [definition.type, definition]));
  return {
    encode: (event) => JSON.stringify(event),
    decode: (text) => {
      const head = Head.safeParse(parseJson(text));
      if (!head.success) return unknown(null, 'not an event envelope');
      const definition = byType.get(head.data.type);
      if (!definition) return unknown(head.data, 'unknown type');
      if (head.data.version > definition.version)
        return unknown(head.data, 'version of the future');
      const data = definition.data.safeParse(upcast(definition, head.data.version, head.data.data));
      if (!data.success) return unknown(head.data, z.prettifyError(data.error));
      return {
        known: true,
        event: { ...head.data, version: definition.version, data: data.data } as E,
      };
    },
  };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const upcast = (definition: EventDefinition, from: number, data: unknown): unknown => {
  let current = data;
  for (let version = from; version < definition.version; version += 1) {
    const step = definition.upcasts[version];
    if (!step) return undefined;
    current = step(current);
  }
  return current;
};

/** Where events say which agent they are about: in `address`, a stop in its selector. */
const Named = z.union([
  z.object({ address: z.string() }).transform(({ address }) => address),
  z
    .object({ selector: z.object({ agent: z.string() }) })
    .transform(({ selector }) => selector.agent),
]);

const unknown = (head: z.infer<typeof Head> | null, problem: string): Decoded<never> => {
  const named = Named.safeParse(head?.data);
  return {
    known: false,
    unknown: {
      type: head?.type ?? '?',
      version: head?.version ?? 0,
      org: head?.org ?? null,
      workspace: head?.workspace ?? null,
      address: named.success ? named.data : null,
      problem,
    },
  };
};
