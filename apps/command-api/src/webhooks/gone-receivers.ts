import { controlSubject, GoneRequest, live, type GoneAnswer } from '#contracts';
import { webhookDecider } from '#domain';
import type { Messaging } from '#event-store';
import type { z } from 'zod';
import type { Control } from '../control/control.js';

const QUEUE = 'command-api';

/** Ends subscriptions whose receivers answered 410: the notifier may not write the control log itself. */
export class GoneReceivers {
  private subscription: { stop(): void } | null = null;

  constructor(
    private readonly control: Control,
    private readonly messaging: Messaging,
  ) {}

  listen(): void {
    this.subscription = this.messaging.subscribe(
      live.gone,
      (message) => {
        void this.answer(message.text()).then((answer) => message.respond(JSON.stringify(answer)));
      },
      { queue: QUEUE },
    );
  }

  stop(): void {
    this.subscription?.stop();
  }

  private async answer(text: string): Promise<z.infer<typeof GoneAnswer>> {
    try {
      await this.revoke(GoneRequest.parse(JSON.parse(text)));
      return { ok: true };
    } catch (error) {
      this.control.parts.logger.warn({ err: error }, 'a webhook could not be ended');
      return { ok: false };
    }
  }

  /** One that is unknown, or ended already, is no failure: there is nothing left to end. */
  private async revoke({ org, subscriptionId }: GoneRequest): Promise<void> {
    await this.control.barrier();
    const record = this.control.view.webhooks.get(subscriptionId);
    if (record?.subscription.org !== org) return;
    const { workspace } = record.subscription;
    await this.control.decide({
      subject: controlSubject(org, workspace, 'webhook', subscriptionId),
      decider: webhookDecider,
      command: { type: 'RevokeWebhook', org, subscriptionId, cause: 'gone' },
      about: {
        actor: { kind: 'system', id: 'notifier', via: 'gone' },
        ...{ org, workspace, correlationId: subscriptionId, reason: null },
      },
    });
  }
}
