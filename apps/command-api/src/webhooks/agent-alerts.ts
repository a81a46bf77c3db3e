import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { budgetSubject, partsOf, type Address, type putAlerts } from '#contracts';
import { alertDecider, type BudgetRecord, type WebhookRecord } from '#domain';
import { findRegistered } from '../agents/agent-reference.js';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { by } from '../control/recording.js';
import { webhookEntry } from './webhook-entries.js';
import { WebhookSubscriptions, type CreatedWebhook } from './webhook-subscriptions.js';

type Body = z.infer<typeof putAlerts.body>;
export type SetAlerts = z.infer<typeof putAlerts.response>;

const EVENT = 'budget.threshold';

/** A webhook that hears when one agent has spent a share of its caps, and the share. */
@Injectable()
export class AgentAlerts {
  constructor(
    private readonly control: Control,
    private readonly subscriptions: WebhookSubscriptions,
  ) {}

  async set(caller: Caller, agent: string, body: Body): Promise<SetAlerts> {
    await this.control.barrier();
    const { view } = this.control;
    const { address } = findRegistered({ view, caller: caller.principal }, agent);
    const known = this.known(address, body.webhook_url);
    const webhook = known ?? (await this.subscribe(caller, address, body));
    const budgets = this.budgetsOf(address);
    let changed = known === null;
    for (const budget of budgets) {
      changed = (await this.alert(caller, budget, body.threshold_pct)) || changed;
    }
    return {
      ok: true,
      agent: address,
      threshold_pct: body.threshold_pct,
      budgets: budgets.length,
      changed,
      subscription: webhook.subscription,
      secret: webhook.secret,
    };
  }

  private known(
    address: Address,
    url: string,
  ): Pick<CreatedWebhook, 'subscription' | 'secret'> | null {
    const isThis = ({ subscription, revokedAt }: WebhookRecord): boolean =>
      revokedAt === null &&
      subscription.about === address &&
      subscription.callbackUrl === url &&
      subscription.eventTypes.includes(EVENT);
    const records = [...this.control.view.webhooks.all(partsOf(address).org)];
    const record = records.find(isThis);
    return record === undefined ? null : { subscription: webhookEntry(record), secret: null };
  }

  private subscribe(caller: Caller, agent: Address, body: Body): Promise<CreatedWebhook> {
    const { org, workspace } = partsOf(agent);
    const there = { ...caller, principal: { ...caller.principal, org } };
    return this.subscriptions.create(there, {
      ...{ callback_url: body.webhook_url, event_types: [EVENT], agent, workspace_id: workspace },
      ...{ format: body.format, secret: body.secret },
    });
  }

  private budgetsOf(address: Address): BudgetRecord[] {
    const all = [...this.control.view.budgets.all(partsOf(address).org)];
    return all.filter(({ key: { scope } }) => 'agent' in scope && scope.agent === address);
  }

  /** `false`: it was so already, or the cap has gone meanwhile. */
  private async alert(caller: Caller, budget: BudgetRecord, pct: number): Promise<boolean> {
    const { org, key } = budget;
    const workspace = 'agent' in key.scope ? partsOf(key.scope.agent).workspace : null;
    const outcome = await this.control.decide({
      subject: budgetSubject(key),
      decider: alertDecider,
      command: { type: 'SetAlert', alertPct: [pct] },
      about: by(caller, { org, workspace }),
    });
    return outcome.accepted && outcome.changed;
  }
}
