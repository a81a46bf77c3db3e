import type { Told, WebhookFormat } from '#contracts';

type Json = Readonly<Record<string, unknown>>;
type Severity = 'critical' | 'error' | 'warning' | 'info';

const SUMMARY_MAX = 1024;
const DEDUP_KEY_MAX = 255;

const severities: Readonly<Record<string, Severity>> = {
  'stop.ordered': 'critical',
  'policy.breached': 'error',
  'policy.braked': 'error',
  'gateway.removed': 'error',
  'gateway.fenced': 'error',
  'node.removed': 'error',
  'agent.unreachable': 'error',
  'mesh.log_restored': 'error',
  'budget.threshold': 'warning',
  'agent.stale': 'warning',
  'agent.revoked': 'warning',
  'session.killed': 'warning',
};
const severityOf = (type: string): Severity => severities[type] ?? 'info';

/** What the spec of Standard Webhooks recommends: the type, when it happened, and the data; and one line for people. */
const standard = ({ type, at, says, data, eventId, org, workspace }: Told): Json => ({
  ...{ type, timestamp: at, event_id: eventId, summary: says, org, workspace, data },
});

const marks: Readonly<Record<Severity, string>> = {
  critical: ':octagonal_sign:',
  error: ':rotating_light:',
  warning: ':warning:',
  info: ':information_source:',
};

/** Slack reads `&`, `<` and `>` as its own: a name could otherwise call everybody or hide a link. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** An incoming webhook of Slack: one line, and what it is about. */
const slack = ({ type, at, says, about, org, workspace }: Told): Json => {
  const where = [about ?? [org, workspace].filter(Boolean).join('/'), at].filter(Boolean);
  const line = `${marks[severityOf(type)]} *${escaped(type)}*: ${escaped(says)}`;
  return {
    text: `${type}: ${escaped(says)}`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: line.slice(0, 3000) } },
      {
        type: 'context',
        elements: [{ type: 'mrkdwn', text: escaped(where.join(' · ')).slice(0, 2000) }],
      },
    ],
  };
};

const RESOLVES = new Set(['stop.lifted', 'agent.healthy', 'gateway.unfenced']);

/** What opens an alert and what ends it have the same key. */
const dedupKeyOf = ({ type, data, about, eventId }: Told): string => {
  const key = (): string => {
    if (type.startsWith('stop.') && typeof data.order_id === 'string') return data.order_id;
    if (/^agent\.(?:stale|unreachable|healthy)$/.test(type)) return `health ${about}`;
    if (/^gateway\.(?:un)?fenced$/.test(type)) return `fence ${String(data.gateway)}`;
    return eventId;
  };
  return key().slice(0, DEDUP_KEY_MAX);
};

/** Events API v2 of PagerDuty. */
const pagerduty = (told: Told, routingKey: string): Json => {
  const { type, at, says, about, org, workspace, data } = told;
  const action = { routing_key: routingKey, dedup_key: dedupKeyOf(told) };
  if (RESOLVES.has(type)) return { ...action, event_action: 'resolve' };
  return {
    ...action,
    event_action: 'trigger',
    client: 'Estop',
    payload: {
      summary: says.slice(0, SUMMARY_MAX),
      source: about ?? ([org, workspace].filter(Boolean).join('/') || 'mesh'),
      severity: severityOf(type),
      timestamp: at,
      class: type,
      ...(org === null ? {} : { group: org }),
      custom_details: data,
    },
  };
};

/** The body of a delivery, as text: what is signed is what is sent. @param secret the routing key, for PagerDuty */
export const deliveryBody = (format: WebhookFormat, told: Told, secret: string): string => {
  switch (format) {
    case 'standard':
      return JSON.stringify(standard(told));
    case 'slack':
      return JSON.stringify(slack(told));
    case 'pagerduty':
      return JSON.stringify(pagerduty(told, secret));
  }
};
