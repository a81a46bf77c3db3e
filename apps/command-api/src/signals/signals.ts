import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  orgOf,
  workspaceOf,
  type AlertmanagerAlert,
  type alertmanagerSignals,
  type OrgName,
  type sendSignal,
  type Signal,
  type SignalSelector,
  type SignalSource,
  type WorkspaceName,
} from '#contracts';
import { canSee, invalidFields, sha256Hex, toTimestamp } from '#platform';
import { Control } from '../control/control.js';
import type { Caller, Operator } from '../control/operator.js';
import { reachableSelector } from '../stops/selectors.js';
import { selectorOfLabels, severityOf, type LabelScope } from './alert-labels.js';
import { SignalLog, type SignalTo } from './signal-log.js';

export type SentSignal = z.infer<typeof sendSignal.response>;
export type TakenAlerts = z.infer<typeof alertmanagerSignals.response>;
type SendBody = z.infer<typeof sendSignal.body>;
type Ignored = TakenAlerts['ignored'][number];

const SOURCE = 'alertmanager' as SignalSource;
const LABELS_MAX = 64;
const LABEL_MAX = 500;
const MESSAGE_MAX = 500;
const NAME_MAX = 200;

/** What monitoring says, put into its stream. Nobody is stopped here: that is for a policy. */
@Injectable()
export class Signals {
  constructor(
    private readonly control: Control,
    private readonly log: SignalLog,
  ) {}

  async send({ principal }: Caller, body: SendBody): Promise<SentSignal> {
    await this.control.barrier();
    const selector = this.selectorOf(principal, body);
    const id = this.control.parts.ids.uuid();
    const signal: Signal = {
      ...{ id, source: body.source, metric: body.metric, value: body.value ?? null },
      ...{ severity: body.severity, status: body.status, selector },
      fingerprint: body.fingerprint ?? null,
      since: body.since ? toTimestamp(Date.parse(body.since)) : null,
      labels: body.labels ?? {},
      message: body.message ?? null,
    };
    await this.log.append([placed(signal)]);
    return { ok: true, signal_id: id, accepted_at: this.now(), selector };
  }

  async alerts(
    { principal }: Caller,
    body: z.infer<typeof alertmanagerSignals.body>,
  ): Promise<TakenAlerts> {
    await this.control.barrier();
    const scope = this.labelScope(principal);
    const signals: SignalTo[] = [];
    const ignored: Ignored[] = [];
    body.alerts.forEach((alert, index) => {
      const mapped = selectorOfLabels(alert.labels, scope);
      const name = alert.labels.alertname?.slice(0, NAME_MAX) || null;
      const ignore = (why: string) => void ignored.push({ alert: index, name, why });
      if (!mapped.ok) return ignore(mapped.why);
      if (!reaches(principal, mapped.selector)) return ignore('it is beyond what the key reaches');
      signals.push(placed(signalOf(alert, mapped.selector)));
    });
    await this.log.append(signals);
    return {
      ok: true,
      accepted_at: this.now(),
      accepted: signals.length,
      ignored,
      truncated: body.truncatedAlerts,
    };
  }

  private selectorOf(principal: Operator, { selector, agent }: SendBody): SignalSelector {
    if (selector !== undefined && selector.capability !== undefined) {
      const message = 'has no meaning for a signal';
      throw invalidFields([{ in: 'body', path: 'selector.capability', message }]);
    }
    const wanted = selector ?? (agent === undefined ? null : { agent });
    if (wanted === null) return wholeOf(principal);
    return reachableSelector(this.control.view, principal, wanted) as SignalSelector;
  }

  private labelScope(principal: Operator): LabelScope {
    const { view } = this.control;
    const { org, workspace } = principal;
    return {
      ...{ org, workspace, whole: wholeOf(principal) },
      hasWorkspace: (name: WorkspaceName) => view.workspace(org, name) !== null,
    };
  }

  private now() {
    return toTimestamp(this.control.parts.clock.nowMs());
  }
}

/** As far as the key reaches in its own org. */
const wholeOf = ({ org, workspace, workspaceOnly }: Operator): SignalSelector =>
  workspaceOnly
    ? {
        namespace: `${org}/${workspace}` as Extract<
          SignalSelector,
          { namespace: unknown }
        >['namespace'],
      }
    : { org };

const reaches = (principal: Operator, selector: SignalSelector): boolean =>
  canSee(principal, orgOf(selector), workspaceOf(selector));

const placed = (signal: Signal): SignalTo => ({
  org: orgOf(signal.selector) satisfies OrgName,
  workspace: workspaceOf(signal.selector),
  signal,
});

const bounded = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels)
      .slice(0, LABELS_MAX)
      .map(([name, value]) => [name, value.slice(0, LABEL_MAX)]),
  );

/** Alertmanager repeats what still fires: the same alert of the same beginning is the same signal. */
const signalOf = (alert: AlertmanagerAlert, selector: SignalSelector): Signal => {
  const { labels, annotations, status } = alert;
  const since = toTimestamp(Date.parse(alert.startsAt));
  const fingerprint = alert.fingerprint ?? sha256Hex(JSON.stringify(Object.entries(labels).sort()));
  return {
    id: sha256Hex(JSON.stringify([selector, fingerprint, status, since])),
    source: SOURCE,
    metric: labels.alertname?.slice(0, NAME_MAX) || 'alert',
    value: valueOf(annotations),
    severity: severityOf(labels),
    ...{ status, selector, fingerprint, since },
    labels: bounded(labels),
    message: messageOf(annotations),
  };
};

type Annotations = AlertmanagerAlert['annotations'];

/** What rules put there by habit. */
const messageOf = ({ summary, description, message }: Annotations): string | null =>
  (summary ?? description ?? message)?.slice(0, MESSAGE_MAX) ?? null;

const valueOf = ({ value }: Annotations): number | null => {
  const number = Number(value?.trim() || NaN);
  return Number.isFinite(number) ? number : null;
};
