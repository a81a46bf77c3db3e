import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

const DEFS = '#/$defs/';
const COMPONENTS = '#/components/schemas/';

/** Collects the named schemas of a document, so that each is written once and referred to. */
export class Components {
  readonly schemas: Record<string, JsonSchema> = {};

  /** The schema as JSON Schema 2020-12, with what has an id moved into the components. */
  schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const {
      $schema: _dialect,
      $defs,
      ...whole
    } = z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
    }) as JsonSchema;
    const definitions = ($defs ?? {}) as Record<string, JsonSchema>;
    const names = new Map<string, string>();
    for (const [id, definition] of Object.entries(definitions)) {
      names.set(id, this.nameFor(id, definition));
    }
    for (const [id, definition] of Object.entries(definitions)) {
      this.schemas[names.get(id) as string] = rename(withoutId(definition), names) as JsonSchema;
    }
    const { id, ...rest } = rename(whole, names) as JsonSchema;
    return typeof id === 'string' ? this.add(id, rest) : rest;
  }

  /** A reference to a component of this name. */
  add(name: string, schema: JsonSchema): JsonSchema {
    this.schemas[name] = schema;
    return { $ref: `${COMPONENTS}${name}` };
  }

  /** Zod's own names (`__schema0`) say nothing; equal shapes share one name. */
  private nameFor(id: string, definition: JsonSchema): string {
    if (!id.startsWith('__')) return id;
    const shape = shapeOf(id, definition);
    const known = this.shapes.get(shape) ?? `Shape${this.shapes.size + 1}`;
    this.shapes.set(shape, known);
    return known;
  }

  private readonly shapes = new Map<string, string>();
}

const shapeOf = (id: string, definition: JsonSchema): string =>
  JSON.stringify(definition).replaceAll(`${DEFS}${id}`, `${DEFS}self`);

const withoutId = ({ id: _id, ...schema }: JsonSchema): JsonSchema => schema;

const rename = (value: unknown, names: ReadonlyMap<string, string>): unknown => {
  if (Array.isArray(value)) return value.map((inner) => rename(inner, names));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    if (key !== '$ref' || typeof inner !== 'string') return [key, rename(inner, names)];
    const id = inner.slice(DEFS.length);
    return [key, inner.startsWith(DEFS) ? `${COMPONENTS}${names.get(id) ?? id}` : inner];
  });
  return Object.fromEntries(entries) as unknown;
};
