import type { Estop } from '#sdk';
import { setTimeout as wait } from 'node:timers/promises';
import { batches, campaign } from './plan.js';

/** The campaign's batches, as intents that somebody handed in for the agent to work through. */
export class WorkOrder {
  private readonly ids: string[] = [];
  private readonly handedIn: Promise<void>;

  constructor(
    private readonly estop: Estop,
    to: string,
  ) {
    this.handedIn = this.handIn(to);
  }

  /** How many batches a stop holds now. */
  async held(): Promise<number> {
    const intents = await this.all();
    return intents.filter((intent) => intent.held !== undefined).length;
  }

  async completed(): Promise<number> {
    const intents = await this.all();
    return intents.filter((intent) => intent.status === 'COMPLETED').length;
  }

  total(): number {
    return batches().length;
  }

  everythingHandedIn(): Promise<void> {
    return this.handedIn;
  }

  private async all() {
    const answers = await Promise.all(this.ids.map((id) => this.estop.intents.get(id)));
    return answers.map((answer) => answer.intent);
  }

  private async handIn(to: string): Promise<void> {
    for (const batch of batches()) {
      const { intent_id } = await this.estop.intents.send({
        intent_type: 'campaign.batch.v1',
        to_agent: to,
        payload: { ...batch },
      });
      this.ids.push(intent_id);
      await wait(campaign.batchEveryMs);
    }
  }
}
