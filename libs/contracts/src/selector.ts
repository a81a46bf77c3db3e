import { z } from 'zod';
import { Address, OrgName, partsOf, Tag, WorkspaceName } from './names.js';

/**
 * Narrows a stop to one kind of act: `intent:<glob of intent types>` or `tool:<glob of tool names>`. In a glob `*`
 * stands for any run of characters, everything else for itself.
 */
export const Capability = z
  .string()
  .regex(
    /^(intent|tool):[A-Za-z0-9_.*:/-]{1,128}$/,
    'must be intent:GLOB or tool:GLOB, for example intent:email.* or tool:stripe.*',
  )
  .brand<'Capability'>();
export type Capability = z.infer<typeof Capability>;

const capability = { capability: Capability.optional() };

/** `org/workspace`. */
export const Namespace = z
  .string()
  .refine((text) => {
    const parts = text.split('/');
    return (
      parts.length === 2 &&
      OrgName.safeParse(parts[0]).success &&
      WorkspaceName.safeParse(parts[1]).success
    );
  }, 'must be org/workspace')
  .brand<'Namespace'>();
export type Namespace = z.infer<typeof Namespace>;

/** Whom a stop covers. A tag without a namespace covers the whole org named in `org`. */
export const Selector = z.union([
  z.strictObject({ agent: Address, ...capability }),
  z.strictObject({ tag: Tag, namespace: Namespace, ...capability }),
  z.strictObject({ tag: Tag, org: OrgName, ...capability }),
  z.strictObject({ namespace: Namespace, ...capability }),
  z.strictObject({ org: OrgName, ...capability }),
]);
export type Selector = z.infer<typeof Selector>;

/** The org a selector stays within; a selector can never reach another tenant. */
export const orgOf = (selector: Selector): OrgName => {
  if ('agent' in selector) return partsOf(selector.agent).org;
  if ('namespace' in selector) return selector.namespace.split('/')[0] as OrgName;
  return selector.org;
};

/** The workspace, or `null` where the selector covers a whole org. */
export const workspaceOf = (selector: Selector): WorkspaceName | null => {
  if ('agent' in selector) return partsOf(selector.agent).workspace;
  if ('namespace' in selector) return selector.namespace.split('/')[1] as WorkspaceName;
  return null;
};

/** The selector in one canonical line; equal lines mean equal selectors. */
export const formatSelector = (selector: Selector): string => {
  const scope = (): string => {
    if ('agent' in selector) return selector.agent;
    if ('tag' in selector) {
      return 'namespace' in selector
        ? `tag:${selector.tag}@${selector.namespace}`
        : `tag:${selector.tag}@${selector.org}`;
    }
    return 'namespace' in selector ? `ns:${selector.namespace}` : `org:${selector.org}`;
  };
  return selector.capability ? `${scope()}#${selector.capability}` : scope();
};
