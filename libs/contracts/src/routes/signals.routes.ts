import { z } from 'zod';
import { Timestamp } from '../names.js';
import { Signal, SignalSelector, SignalSeverity, SignalSource } from '../signal.js';
import { Moment, ok } from './paging.js';
import { defineRoute } from './route.js';
import { SelectorInput } from './stop-wire.js';

const WRITE = { kind: 'operator', permission: 'signal:write' } as const;

/** `critical`, or what others call it. */
const labels = z.record(z.string().max(200), z.string().max(4000));

export const sendSignal = defineRoute({
  id: 'signals.send',
  method: 'POST',
  path: '/v1/signals',
  access: WRITE,
  summary: 'Say what monitoring sees. It stops nobody by itself: a policy that names it may.',
  axme: false,
  body: z
    .strictObject({
      source: SignalSource,
      metric: z.string().trim().min(1).max(200),
      value: z.number().nullish(),
      severity: SignalSeverity,
      status: z.enum(['firing', 'resolved']).default('firing'),
      /** Whom it concerns; without one, as far as the key reaches. */
      selector: SelectorInput.optional(),
      /** Short for `selector: {agent}`. */
      agent: z.string().min(1).max(383).optional(),
      labels: Signal.shape.labels.optional(),
      fingerprint: Signal.shape.fingerprint.optional(),
      since: Moment.nullish(),
      message: z.string().max(500).nullish(),
    })
    .refine((body) => body.selector === undefined || body.agent === undefined, {
      message: 'must not be given with "selector"',
      path: ['agent'],
    }),
  response: z.object({
    ...ok,
    signal_id: z.string(),
    accepted_at: Timestamp,
    selector: SignalSelector,
  }),
});

const ALERTS_MAX = 1000;

/** As Prometheus Alertmanager's documentation has it; what it may add later is ignored. */
const Alert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels,
  annotations: labels.default({}),
  startsAt: Moment,
  endsAt: z.string().max(100).optional(),
  generatorURL: z.string().max(10_000).optional(),
  fingerprint: z.string().min(1).max(200).optional(),
});
export type AlertmanagerAlert = z.infer<typeof Alert>;

export const alertmanagerSignals = defineRoute({
  id: 'signals.alertmanager',
  method: 'POST',
  path: '/v1/signals/alertmanager',
  access: WRITE,
  summary: "Takes Prometheus Alertmanager's webhook, version 4: each alert becomes a signal.",
  axme: false,
  body: z.object({
    version: z.literal('4', 'must be "4", the version of the webhook that is understood'),
    status: z.enum(['firing', 'resolved']),
    groupKey: z.string().max(10_000).optional(),
    truncatedAlerts: z.number().int().nonnegative().default(0),
    receiver: z.string().max(1000).optional(),
    groupLabels: labels.default({}),
    commonLabels: labels.default({}),
    commonAnnotations: labels.default({}),
    externalURL: z.string().max(10_000).optional(),
    alerts: z.array(Alert).max(ALERTS_MAX),
  }),
  response: z.object({
    ...ok,
    accepted_at: Timestamp,
    accepted: z.number().int(),
    /** Alerts that say of nobody here whom they concern: what is wrong with each. Nothing was done with them. */
    ignored: z.array(
      z.object({ alert: z.number().int(), name: z.string().nullable(), why: z.string() }),
    ),
    /** Alerts that Alertmanager left out. */
    truncated: z.number().int(),
  }),
});

export const signalRoutes = [sendSignal, alertmanagerSignals] as const;
