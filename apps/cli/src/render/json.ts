/** Fields of an event whose type this client may not know. */
export type Json = Readonly<Record<string, unknown>>;

export const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** A selector in one line, whatever fields it has. */
export const scopeOf = (selector: Json): string => {
  const { agent, tag, namespace, org, capability } = selector;
  const place = textOf(namespace) ?? textOf(org);
  const scope =
    textOf(agent) ??
    (tag === undefined
      ? namespace === undefined
        ? `org:${place}`
        : `ns:${place}`
      : `tag:${String(tag)}@${place}`);
  return capability === undefined ? scope : `${scope}#${String(capability)}`;
};
