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
      const json = parseJson(text);
      const head = Head.safeParse(json);
      if (!head.success) return unknown(json, z.prettifyError(head.error));
      const definition = byType.get(head.data.type);
      if (!definition) return unknown(json, 'unknown type');
      if (head.data.version > definition.version) return unknown(json, 'version of the future');
      const data = definition.data.safeParse(upcast(definition, head.data.version, head.data.data));
      if (!data.success) return unknown(json, z.prettifyError(data.error));
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

/** `undefined`, which no schema takes, where a step is missing or cannot make sense of what it finds. */
const upcast = (definition: EventDefinition, from: number, data: unknown): unknown => {
  let current = data;
  for (let version = from; version < definition.version; version += 1) {
    const step = definition.upcasts[version];
    if (!step) return undefined;
    try {
      current = step(current);
    } catch {
      return undefined;
    }
  }
  return current;
};

/** Where events say whom they concern: in `address`; a stop in its selector. */
const NamedAgent = z.union([
  z.object({ address: z.string() }).transform(({ address }) => address),
  z
    .object({ selector: z.object({ agent: z.string() }) })
    .transform(({ selector }) => selector.agent),
]);

/** What can be saved of an event that does not fit: whom it names matters most, for that is what has to be closed. */
const Remains = z.object({
  type: z.string().max(100).catch('?'),
  version: z.number().int().catch(0),
  org: z.string().nullable().catch(null),
  workspace: z.string().nullable().catch(null),
  data: NamedAgent.nullable().catch(null),
});

const NOTHING_LEFT: z.infer<typeof Remains> = {
  type: '?',
  version: 0,
  org: null,
  workspace: null,
  data: null,
};

const unknown = (json: unknown, problem: string): Decoded<never> => {
  const saved = Remains.safeParse(json);
  const { data: address, ...head } = saved.success ? saved.data : NOTHING_LEFT;
  return { known: false, unknown: { ...head, address, problem } };
};
