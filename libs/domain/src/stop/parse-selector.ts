import {
  Address,
  type AddressParts,
  Capability,
  expandAddress,
  Namespace,
  OrgName,
  Selector,
  Tag,
} from '#contracts';
import type { z } from 'zod';

/** A selector as people write it: a tag without a scope means the caller's own org. */
export type OpenSelector = Selector | { readonly tag: Tag; readonly capability?: Capability };

export type ParsedSelector =
  | { readonly ok: true; readonly selector: OpenSelector }
  | { readonly ok: false; readonly problem: string };

const FORMS =
  'agent://org/workspace/name, tag:NAME, tag:NAME@org/workspace, ns:org/workspace or org:NAME';

/**
 * Reads `agent://…`, `tag:x`, `tag:x@org`, `tag:x@org/ws`, `ns:org/ws` and `org:x`, each with an optional
 * `#intent:GLOB` or `#tool:GLOB`. The inverse of `formatSelector`.
 *
 * @param home the caller's workspace, for the short form `agent://org/name`; without it that form is refused.
 */
export const parseSelector = (
  text: string,
  home?: Pick<AddressParts, 'workspace'>,
): ParsedSelector => {
  const at = text.indexOf('#');
  const scope = at < 0 ? text : text.slice(0, at);
  const parsed = parseScope(home ? expandAddress(scope, home.workspace) : scope);
  if (!parsed.ok || at < 0) return parsed;
  const capability = Capability.safeParse(text.slice(at + 1));
  return capability.success
    ? { ok: true, selector: { ...parsed.selector, capability: capability.data } }
    : problem(`the part after "#" of ${text}`, capability.error);
};

/** Closes an open selector over an org. */
export const withinOrg = (selector: OpenSelector, org: OrgName): Selector =>
  'tag' in selector && !('org' in selector) && !('namespace' in selector)
    ? { ...selector, org }
    : (selector as Selector);

const parseScope = (text: string): ParsedSelector => {
  if (text.startsWith('agent://')) return read(text, Address, (agent) => ({ agent }));
  const colon = text.indexOf(':');
  const value = text.slice(colon + 1);
  switch (text.slice(0, Math.max(colon, 0))) {
    case 'tag':
      return parseTag(value);
    case 'ns':
      return read(value, Namespace, (namespace) => ({ namespace }));
    case 'org':
      return read(value, OrgName, (org) => ({ org }));
    default:
      return { ok: false, problem: `"${text.slice(0, 80)}" is no selector: write ${FORMS}` };
  }
};

const parseTag = (text: string): ParsedSelector => {
  const at = text.indexOf('@');
  if (at < 0) return read(text, Tag, (tag) => ({ tag }));
  const tag = Tag.safeParse(text.slice(0, at));
  if (!tag.success) return problem(`the tag "${text.slice(0, at)}"`, tag.error);
  const scope = text.slice(at + 1);
  return scope.includes('/')
    ? read(scope, Namespace, (namespace) => ({ tag: tag.data, namespace }))
    : read(scope, OrgName, (org) => ({ tag: tag.data, org }));
};

const read = <S extends z.ZodType>(
  text: string,
  schema: S,
  make: (value: z.infer<S>) => OpenSelector,
): ParsedSelector => {
  const parsed = schema.safeParse(text);
  return parsed.success
    ? { ok: true, selector: make(parsed.data) }
    : problem(`"${text}"`, parsed.error);
};

const problem = (what: string, error: z.ZodError): ParsedSelector => ({
  ok: false,
  problem: `${what.slice(0, 200)} ${error.issues[0]?.message ?? 'cannot be read'}`,
});
