import type { ControlEvent, Principal } from '#contracts';
import { shownSubscription } from '#domain';
import type { StoredControl } from '../control-log/control-source.js';
import { canSee } from '../http/scope.js';

/** One control event as `/v1/mesh/stream` shows it. */
export interface MeshEvent {
  /** The log sequence. */
  readonly id: number;
  /** `stop.ordered`, `agent.registered`, … */
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** `StopOrdered` → `stop.ordered`; `StopReasonGiven` → `stop.reason_given` */
export const meshEventName = (type: string): string => {
  const [noun = '', ...rest] = type
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(' ');
  return rest.length === 0 ? noun : `${noun}.${rest.join('_')}`;
};

/** The event as it may leave the mesh; `null` for one that this build cannot read. */
export const meshEventOf = ({ sequence, decoded }: StoredControl): MeshEvent | null => {
  if (!decoded.known) return null;
  const { event } = decoded;
  const { at, org, workspace, actor, reason = null, correlation_id } = event;
  const name = meshEventName(event.type);
  const head = { sequence, event_id: event.id, type: name, at, org, workspace, actor, reason };
  return { id: sequence, name, data: { ...head, correlation_id, data: wireData(event) } };
};

/** Gateways are everybody's; other mesh-wide facts are for those who run the mesh. */
export const maySee = (principal: Principal, { decoded }: StoredControl): boolean => {
  if (!decoded.known) return false;
  const { org, workspace, type } = decoded.event;
  if (org !== null) return canSee(principal, org, workspace);
  return type.startsWith('Gateway') || (principal.kind === 'op' && principal.meshWide);
};

/** Hashes of secrets stay inside. */
const HIDDEN = new Set(['secretSha256']);
/** What users wrote keeps its own spelling. */
const VERBATIM = new Set(['metadata']);

const wireData = (event: ControlEvent): Record<string, unknown> =>
  wireDetails(event.type === 'WebhookSubscribed' ? shownSubscription(event.data) : event.data);

/** What an event says, as it may leave the mesh: names in snake_case, no hash of a secret. */
export const wireDetails = (data: object): Record<string, unknown> =>
  snakeKeys(data) as Record<string, unknown>;

const snakeKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(snakeKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !HIDDEN.has(key))
    .map(([key, inner]) => [snake(key), VERBATIM.has(key) ? inner : snakeKeys(inner)] as const);
  return Object.fromEntries(entries);
};

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
