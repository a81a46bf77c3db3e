import { Controller } from '@nestjs/common';
import {
  getAgentBudget,
  listBudgets,
  removeAgentBudget,
  removeBudget,
  setAgentBudget,
  setBudget,
  topUpAgentBudget,
  topUpBudget,
} from '#contracts';
import { Endpoint, type Call } from '#platform';
import { findRegistered } from '../agents/agent-reference.js';
import { Control } from '../control/control.js';
import { callerOf } from '../control/operator.js';
import { scopeOfQuery } from './budget-scopes.js';
import { Budgets } from './budgets.js';

type OfAgent = Pick<Call<typeof setAgentBudget>, 'params' | 'principal'>;

@Controller()
export class BudgetsController {
  constructor(
    private readonly budgets: Budgets,
    private readonly control: Control,
  ) {}

  @Endpoint(setAgentBudget)
  async setOfAgent(call: Call<typeof setAgentBudget>) {
    const scope = await this.agentOf(call);
    return this.budgets.set(callerOf(call), scope, call.body, isDry(call.query));
  }

  @Endpoint(getAgentBudget)
  ofAgent(call: Call<typeof getAgentBudget>) {
    return this.budgets.ofAgent(callerOf(call), call.params.address_id);
  }

  @Endpoint(removeAgentBudget)
  async removeOfAgent(call: Call<typeof removeAgentBudget>) {
    const scope = await this.agentOf(call);
    return this.budgets.remove(callerOf(call), scope, call.query, isDry(call.query));
  }

  @Endpoint(topUpAgentBudget)
  async topUpOfAgent(call: Call<typeof topUpAgentBudget>) {
    const scope = await this.agentOf(call);
    return this.budgets.topUp(callerOf(call), scope, call.body, isDry(call.query));
  }

  @Endpoint(listBudgets)
  list(call: Call<typeof listBudgets>) {
    return this.budgets.list(callerOf(call), call.query);
  }

  @Endpoint(setBudget)
  set(call: Call<typeof setBudget>) {
    const { scope, ...cap } = call.body;
    return this.budgets.set(callerOf(call), scope, cap, isDry(call.query));
  }

  @Endpoint(removeBudget)
  remove(call: Call<typeof removeBudget>) {
    const scope = scopeOfQuery(call.query);
    return this.budgets.remove(callerOf(call), scope, call.query, isDry(call.query));
  }

  @Endpoint(topUpBudget)
  topUp(call: Call<typeof topUpBudget>) {
    const { scope, ...more } = call.body;
    return this.budgets.topUp(callerOf(call), scope, more, isDry(call.query));
  }

  private async agentOf({ params, principal }: OfAgent) {
    await this.control.barrier();
    const { view } = this.control;
    return { agent: findRegistered({ view, caller: principal }, params.address_id).address };
  }
}

const isDry = ({ dry_run }: { readonly dry_run: 'true' | 'false' }): boolean => dry_run === 'true';
