import {
  AddressId,
  Capability,
  expandAddress,
  NamePart,
  parseDestination,
  StopOrderId,
  type SelectorInput,
} from '#contracts';
import type { Home } from '../mesh/home.js';
import { UsageError } from './usage-error.js';

/** Whom a command is about. */
export type Target =
  /** An address, or an address id. */
  | { readonly kind: 'agent'; readonly agent: string }
  | {
      readonly kind: 'many';
      readonly selector: SelectorInput;
      /** A namespace's or org's name, to be typed before it is stopped; `null` for a tag. */
      readonly wide: string | null;
    }
  | { readonly kind: 'order'; readonly orderId: string };

const forms = [
  'Write agent://org/workspace/name, an addr_… id or a bare name for one agent;',
  'tag:NAME or tag:NAME@org/workspace, ns:org/workspace, org:NAME for many.',
].join(' ');

/**
 * Reads a target. A bare name means an agent in the caller's own workspace, which is only known where the mesh was
 * started in this directory or ESTOP_ORG and ESTOP_WORKSPACE say so.
 */
export const parseTarget = (text: string, home: Home): Target =>
  byScheme(text) ?? byShape(text, home) ?? refuse(text);

const byScheme = (text: string): Target | null => {
  const [, scheme = '', rest = ''] = /^(agent:\/\/|tag:|ns:|org:)(.+)$/s.exec(text) ?? [];
  return schemes[scheme]?.(rest) ?? null;
};

const byShape = (text: string, home: Home): Target | null => {
  if (AddressId.safeParse(text).success) return { kind: 'agent', agent: text };
  if (StopOrderId.safeParse(text).success) return { kind: 'order', orderId: text };
  return isPart(text) ? { kind: 'agent', agent: inOwnWorkspace(text, home) } : null;
};

/** One agent, by whatever name. */
export const parseAgent = (text: string, home: Home): string => {
  const target = parseTarget(text, home);
  if (target.kind === 'agent') return target.agent;
  throw new UsageError(`one agent is needed, but ${text} is not one`, forms);
};

export const parseCapability = (text: string | undefined): Capability | undefined => {
  if (text === undefined) return undefined;
  const parsed = Capability.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `--capability is not one: ${text}`,
    'Write intent:GLOB or tool:GLOB, for example --capability intent:email.* (in quotes).',
  );
};

const isPart = (text: string | undefined): boolean => NamePart.safeParse(text).success;
const isNamespace = (text: string): boolean =>
  text.split('/').length === 2 && text.split('/').every(isPart);

const schemes: Readonly<Record<string, (rest: string) => Target | null>> = {
  'agent://': (rest) => {
    const agent = `agent://${rest}`;
    return parseDestination(expandAddress(agent, 'own')) ? { kind: 'agent', agent } : null;
  },
  'tag:': (rest) => {
    const [tag, namespace, ...more] = rest.split('@');
    if (!isPart(tag) || more.length > 0) return null;
    if (namespace !== undefined && !isNamespace(namespace)) return null;
    const selector = namespace === undefined ? { tag } : { tag, namespace };
    return { kind: 'many', selector: selector as SelectorInput, wide: null };
  },
  'ns:': (rest) =>
    isNamespace(rest)
      ? { kind: 'many', selector: { namespace: rest } as SelectorInput, wide: rest }
      : null,
  'org:': (rest) =>
    isPart(rest) ? { kind: 'many', selector: { org: rest } as SelectorInput, wide: rest } : null,
};

const inOwnWorkspace = (name: string, home: Home): string => {
  if (home.org !== null && home.workspace !== null)
    return `agent://${home.org}/${home.workspace}/${name}`;
  throw new UsageError(
    `${name} is a bare name, and your own workspace is not known here`,
    `Write agent://org/workspace/${name}, or set ESTOP_ORG and ESTOP_WORKSPACE.`,
  );
};

const refuse = (text: string): never => {
  const lower = text !== text.toLowerCase() ? ' Names are in lower case.' : '';
  throw new UsageError(`not a target: ${text}`, forms + lower);
};
