import { z } from 'zod';
import type { EventCodec } from './codec.js';
import { Address, NamePart, OrgName, Tag, Timestamp, WorkspaceName } from './names.js';
import { Namespace, orgOf, workspaceOf } from './selector.js';
import { WHOLE_ORG } from './subjects.js';

/** Who says it: `alertmanager`, `fraud-model`. It becomes a subject token. */
export const SignalSource = NamePart.brand<'SignalSource'>();
export type SignalSource = z.infer<typeof SignalSource>;

export const SignalSeverity = z.enum(['info', 'warning', 'critical']);
export type SignalSeverity = z.infer<typeof SignalSeverity>;

/** Whom a signal concerns. It stops nobody: a policy looks at those of them that are in its own target. */
export const SignalSelector = z.union([
  z.strictObject({ agent: Address }),
  z.strictObject({ tag: Tag, namespace: Namespace }),
  z.strictObject({ tag: Tag, org: OrgName }),
  z.strictObject({ namespace: Namespace }),
  z.strictObject({ org: OrgName }),
]);
export type SignalSelector = z.infer<typeof SignalSelector>;

const LABELS_MAX = 64;
const Labels = z
  .record(z.string().max(200), z.string().max(500))
  .refine(
    (labels) => Object.keys(labels).length <= LABELS_MAX,
    `must have at most ${LABELS_MAX} labels`,
  );

/**
 * What monitoring says, as it stands in the stream `SIGNALS` on `signal.{org}.{workspace or _}.{source}`: published there
 * directly, or by `POST /v1/signals` and `/v1/signals/alertmanager`. The subject says whose it is; what the body says about
 * others has no effect. Unknown fields are ignored.
 */
export const Signal = z.object({
  /** Names this signal: the same one within two minutes is stored once. Empty: none. */
  id: z.string().max(200).default(''),
  source: SignalSource,
  metric: z.string().min(1).max(200),
  /** Without a meaning for policies so far: evidence for people. */
  value: z.number().nullable().default(null),
  severity: SignalSeverity,
  /** `resolved`: what the same fingerprint said before is over. */
  status: z.enum(['firing', 'resolved']).default('firing'),
  selector: SignalSelector,
  /**
   * Tells one condition from another, for example Alertmanager's; a repeat of it with the same `since` says nothing new.
   * `null`: each signal stands for itself.
   */
  fingerprint: z.string().min(1).max(200).nullable().default(null),
  /** When the condition began. */
  since: Timestamp.nullable().default(null),
  labels: Labels.default({}),
  message: z.string().max(500).nullable().default(null),
});
export type Signal = z.infer<typeof Signal>;

export interface SignalPlace {
  readonly org: OrgName;
  /** `null`: of the whole org. */
  readonly workspace: WorkspaceName | null;
  readonly source: SignalSource;
}

/** What a subject of the stream says, or `null` where it is not as it must be. */
export const signalPlaceOf = (subject: string): SignalPlace | null => {
  const [root, org, workspace, source, ...more] = subject.split('.');
  if (root !== 'signal' || more.length > 0) return null;
  const parsed = z
    .object({ org: OrgName, workspace: WorkspaceName.nullable(), source: SignalSource })
    .safeParse({ org, workspace: workspace === WHOLE_ORG ? null : workspace, source });
  return parsed.success ? parsed.data : null;
};

/** Why a reader of the stream ignores a signal, or `null`: it is good. A reader counts what it ignores. */
export const signalProblem = (place: SignalPlace | null, signal: Signal): string | null => {
  if (place === null) return 'its subject is not signal.{org}.{workspace or _}.{source}';
  if (signal.source !== place.source) return 'its source is not the one of its subject';
  if (orgOf(signal.selector) !== place.org) return 'it is about another org than its subject';
  const elsewhere = place.workspace !== null && workspaceOf(signal.selector) !== place.workspace;
  return elsewhere ? 'it reaches beyond the workspace of its subject' : null;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** For the stream `SIGNALS`. Text that is no signal is decoded as unknown; see also {@link signalProblem}. */
export const signalCodec: EventCodec<Signal> = {
  encode: (signal) => JSON.stringify(signal),
  decode: (text) => {
    const signal = Signal.safeParse(parsed(text));
    if (signal.success) return { known: true, event: signal.data };
    const problem = z.prettifyError(signal.error);
    const nobody = { org: null, workspace: null, address: null };
    return { known: false, unknown: { type: 'Signal', version: 1, ...nobody, problem } };
  },
};
