import type { AuditEntry, RefusalsOfGateway } from '#contracts';
import { beforeText } from './before.js';
import { objectOf, scopeOf, textOf, type Json } from './json.js';
import { clock, counted, reasonText, shown, when } from './words.js';

/** What a line of the audit says, in words. */
export const detailsText = (entry: AuditEntry): string => {
  const words = phrases[entry.type]?.(entry.details, entry) ?? aboutText(entry);
  return (
    refusedText(entry) +
    shown(words) +
    (entry.reason === null ? '' : `; ${reasonText(entry.reason)}`)
  );
};

/** Before all else: what follows did not happen. A command API that is older says nothing of it. */
const refusedText = ({ refused }: AuditEntry): string => {
  if (refused === 'unsigned') return 'refused, nobody signed it: ';
  return refused === 'forged' ? 'refused, not signed by who may say it: ' : '';
};

export const refusalsText = ({ gateway, acts, from, to }: RefusalsOfGateway): string => {
  const refused = acts.map(({ act, count }) => `${count} × ${act}`).join(', ');
  return `${gateway} refused ${refused} from ${clock(from)} to ${clock(to)}`;
};

/** Where an event is about no agent and no order, the field that names what it is about. */
const aboutText = ({ address, order_id, details }: AuditEntry): string => {
  const names = ['gateway', 'node', 'key_id', 'workspace', 'org', 'name', 'incarnation'];
  const named = names.map((name) => textOf(details[name])).find((found) => found !== null);
  return address ?? order_id ?? named ?? '-';
};

const gatewayOf = ({ gateway, region }: Json): string =>
  textOf(region) === null ? String(gateway) : `${String(gateway)} (${String(region)})`;

const listOf = (value: unknown): string =>
  Array.isArray(value) && value.length > 0 ? value.map(String).join(', ') : 'none';

/** By type; what is not here is told by whom or what it is about. */
const phrases: Readonly<Record<string, (details: Json, entry: AuditEntry) => string>> = {
  StopOrdered: ({ mode, selector, drain_until, expires_at }) =>
    [
      `${String(mode)} ${scopeOf(objectOf(selector))}`,
      ...(textOf(drain_until) === null ? [] : [`drains until ${when(textOf(drain_until))}`]),
      ...(textOf(expires_at) === null ? [] : [`expires ${when(textOf(expires_at))}`]),
    ].join('; '),
  StopRepeated: (_, entry) => `the same stop again, ${aboutText(entry)}`,
  StopReasonGiven: (_, entry) => `reason of ${aboutText(entry)}`,
  StopLiftRequested: ({ by, expires_at }, entry) =>
    `${String(objectOf(by)['id'])} asks to resume ${aboutText(entry)}, until ${when(textOf(expires_at))}`,
  StopLifted: ({ cause }, entry) =>
    `${cause === 'expiry' ? 'time is over for' : 'resumed'} ${aboutText(entry)}`,
  StopApplied: (details) => applied(details),
  DecisionsCounted: ({ act, refused_by, subject, count, gateway }, { address }) =>
    `${String(gateway)} ${refused_by === null ? 'let pass' : 'refused'} ${address ?? ''} ${String(count)} × ${String(act)}` +
    `${textOf(subject) === null ? '' : ` ${String(subject)}`} (${refused_by === null ? 'without a proof, by on_fence: allow' : String(refused_by)})`,
  HealthChanged: ({ from, to }, { address }) => `${address ?? ''} ${String(from)} -> ${String(to)}`,
  AgentTagged: ({ tags }, { address }) => `${address ?? ''} tags ${listOf(tags)}`,
  KeyIssued: ({ key_id, holder }, { address }) => {
    const { name, roles } = objectOf(holder);
    return address === null
      ? `key "${String(name)}" (${String(key_id)}), ${listOf(roles)}`
      : `key ${String(key_id)} of ${address}`;
  },
  GatewayJoined: (details) => `${gatewayOf(details)} boot ${String(details['boot'])}`,
  GatewayLeft: (details) => `${gatewayOf(details)} boot ${String(details['boot'])}`,
  GatewayRemoved: (details) =>
    `${gatewayOf(details)} boot ${String(details['boot'])}, silent for ${String(details['silent_for_ms'])} ms`,
  GatewayKeyRotated: ({ gateway, key_id }) => `${String(gateway)} signs with key ${String(key_id)}`,
  NodeJoined: ({ node, key_id }) => `${String(node)} signs with key ${String(key_id)}`,
  NodeRemoved: ({ node, silent_for_ms }) =>
    `${String(node)}, silent for ${String(silent_for_ms)} ms`,
  NodeKeyRotated: ({ node, key_id }) => `${String(node)} signs with key ${String(key_id)}`,
  LogRestored: ({ old, new: now, by, confirms }) =>
    `${String(objectOf(by)['id'])} ${confirms === null ? 'asks to take' : 'confirms'} ${String(now)} for ${String(old)}`,
  DrillRun: ({ selector, gateways }) => `${scopeOf(objectOf(selector))}: ${receiptsOf(gateways)}`,
  OrganizationSettingsChanged: ({ org, two_person_lift }) =>
    `${String(org)}: wide stops are lifted by ${two_person_lift === true ? 'two people' : 'one person'}`,
  WorkspaceSettingsChanged: ({ org, workspace, on_fence }) =>
    `${String(org)}/${String(workspace)}: ${String(on_fence)} at a fenced gateway`,
};

const receiptsOf = (gateways: unknown): string => {
  const answers = Array.isArray(gateways) ? gateways.map(objectOf) : [];
  const acked = answers.filter(({ state }) => state === 'acked').length;
  const silent = answers.filter(({ state }) => state !== 'acked').map(gatewayOf);
  const without = silent.length === 0 ? '' : `, none from ${silent.join(', ')}`;
  return `${acked} of ${counted(answers.length, 'receipt')}${without}`;
};

const applied = (details: Json): string => {
  const { streams, calls } = objectOf(details['cut']);
  const cuts = [
    ...(Number(streams) > 0 ? [counted(Number(streams), 'stream')] : []),
    ...(Number(calls) > 0 ? [counted(Number(calls), 'call')] : []),
  ];
  const { last, last_hour } = objectOf(details['before']);
  const { at, act, subject } = objectOf(last);
  return [
    `${gatewayOf(details)} applied after ${millis(Number(details['applied_after_ms']))}`,
    `${cuts.length === 0 ? 'nothing open to cut' : `cut ${cuts.join(' and ')}`}`,
    ...(details['before'] === null || details['before'] === undefined
      ? []
      : [
          beforeText({
            at: textOf(at),
            act,
            subject: textOf(subject),
            lastHour: Number(last_hour),
          }),
        ]),
  ].join(', ');
};

const millis = (ms: number): string => `${ms.toFixed(1)} ms`;
