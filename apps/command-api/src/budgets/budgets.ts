import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import {
  budgetPlace,
  budgetSubject,
  ledgerSubject,
  microOf,
  type BudgetKey,
  type BudgetReport,
  type BudgetScopeInput,
  type getAgentBudget,
  type listBudgets,
  type OrgName,
  type setBudget,
  type Timestamp,
  type topUpBudget,
} from '#contracts';
import { budgetDecider, type BudgetCommand, type BudgetRecord, type BudgetState } from '#domain';
import { ApiProblem, canSee, invalidFields, pageOf, toTimestamp, uuidFrom } from '#platform';
import { findRegistered } from '../agents/agent-reference.js';
import { Control } from '../control/control.js';
import type { Caller } from '../control/operator.js';
import { by } from '../control/recording.js';
import { spreadOf } from '../control/wait-for-gateways.js';
import { reachedScope, type ReachedScope } from './budget-scopes.js';
import { budgetView } from './budget-views.js';
import { refusal } from './budget-problems.js';
import { LedgerStore } from './ledger-reading.js';

type Cap = Omit<z.infer<typeof setBudget.body>, 'scope'>;
type TopUp = Omit<z.infer<typeof topUpBudget.body>, 'scope'>;
type Which = Pick<Cap, 'currency' | 'per'>;

interface Decision {
  readonly place: ReachedScope;
  readonly command: BudgetCommand;
  readonly dryRun: boolean;
  readonly reason?: string;
}

/** Caps: set, looked at, topped up, removed. What was spent under them is in the ledger. */
@Injectable()
export class Budgets {
  constructor(
    private readonly control: Control,
    private readonly ledger: LedgerStore,
  ) {}

  async set(
    caller: Caller,
    scope: BudgetScopeInput,
    body: Cap,
    dryRun: boolean,
  ): Promise<BudgetReport> {
    const place = await this.place(caller, scope);
    const capMicro = microOf(body.cap) ?? 0;
    const named = namedBy(place, body);
    const command = { type: 'SetBudget', ...named, capMicro, alertPct: body.alert_pct } as const;
    return this.decide(caller, { place, command, dryRun });
  }

  async remove(
    caller: Caller,
    scope: BudgetScopeInput,
    which: Which,
    dryRun: boolean,
  ): Promise<BudgetReport> {
    const place = await this.place(caller, scope);
    const command = { type: 'RemoveBudget', ...namedBy(place, which) } as const;
    return this.decide(caller, { place, command, dryRun });
  }

  async topUp(
    caller: Caller,
    scope: BudgetScopeInput,
    body: TopUp,
    dryRun: boolean,
  ): Promise<BudgetReport> {
    const place = await this.place(caller, scope);
    const amountMicro = microOf(body.amount) ?? 0;
    if (amountMicro === 0) throw nothingMore();
    const { clock, ids } = this.control.parts;
    const { idempotencyKey, principal } = caller;
    const topUpId =
      idempotencyKey === null ? ids.uuid() : uuidFrom(principal.keyId, idempotencyKey);
    const command = {
      ...{ type: 'TopUpBudget' as const, ...namedBy(place, body), topUpId, reason: body.reason },
      ...{ amountMicro, until: this.untilOf(body) },
      now: toTimestamp(clock.nowMs()),
    };
    return this.decide(caller, { place, command, dryRun, reason: body.reason });
  }

  async ofAgent(caller: Caller, agent: string): Promise<z.infer<typeof getAgentBudget.response>> {
    await this.control.barrier();
    const { view } = this.control;
    const { address, tags } = findRegistered({ view, caller: caller.principal }, agent);
    const records = view.budgets.covering(address, tags);
    return { ok: true, agent: address, budgets: await this.views(records) };
  }

  async list(
    caller: Caller,
    query: z.infer<typeof listBudgets.query>,
  ): Promise<z.infer<typeof listBudgets.response>> {
    await this.control.barrier();
    const { principal } = caller;
    const org = query.org_id ?? principal.org;
    if (!principal.meshWide && org !== principal.org) {
      throw new ApiProblem('not_found', `There is no org ${org} here.`);
    }
    const records = [...this.control.view.budgets.all(org)]
      .filter(({ key }) => canSee(principal, org, budgetPlace(key).workspace))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const { items, next_cursor } = pageOf(records, query);
    return { ok: true, budgets: await this.views(items), next_cursor };
  }

  private views(records: readonly BudgetRecord[]) {
    const options = { ...this.control.parts, ledger: this.ledger };
    return Promise.all(records.map((record) => budgetView(options, record)));
  }

  private async place(caller: Caller, scope: BudgetScopeInput): Promise<ReachedScope> {
    await this.control.barrier();
    return reachedScope(this.control.view, caller.principal, scope);
  }

  private async decide(
    caller: Caller,
    { place, command, dryRun, reason }: Decision,
  ): Promise<BudgetReport> {
    const { key } = command;
    const id = ledgerSubject(key);
    if (dryRun) return this.planned(id, command);
    const outcome = await this.control.decide({
      ...{ subject: budgetSubject(key), decider: budgetDecider, command },
      about: by(caller, place, reason ?? null),
    });
    if (!outcome.accepted) throw refusal(outcome.rejection);
    const spread = await spreadOf(this.control, outcome.sequence);
    return {
      ok: true,
      changed: outcome.changed,
      dry_run: false,
      ...(await this.shown(id)),
      ...spread,
    };
  }

  private async planned(id: string, command: BudgetCommand): Promise<BudgetReport> {
    const record = this.control.view.budgets.get(id);
    const decision = budgetDecider.decide(command, stateOf(record));
    if (!decision.accepted) throw refusal(decision.rejection);
    const changed = decision.events.length > 0;
    const drafted = draftOf(command, id, record);
    const budget = drafted === null ? null : await this.viewOf(drafted);
    return { ok: true, changed, dry_run: true, budget };
  }

  private async shown(id: string): Promise<Pick<BudgetReport, 'budget'>> {
    const record = this.control.view.budgets.get(id);
    return { budget: record === null ? null : await this.viewOf(record) };
  }

  private viewOf(record: BudgetRecord) {
    return budgetView({ ...this.control.parts, ledger: this.ledger }, record);
  }

  private untilOf({ until, expires_in: seconds }: TopUp): Timestamp {
    if (Boolean(until) === Boolean(seconds)) {
      const message = 'say either "until" or "expires_in": a top-up is for a time';
      throw invalidFields([{ in: 'body', path: 'until', message }]);
    }
    return until ?? toTimestamp(this.control.parts.clock.nowMs() + (seconds ?? 0) * 1000);
  }
}

const nothingMore = (): ApiProblem =>
  invalidFields([{ in: 'body', path: 'amount', message: 'must be more than nothing' }]);

const namedBy = (
  { scope, org }: ReachedScope,
  { currency, per }: Which,
): { readonly key: BudgetKey; readonly org: OrgName } => ({ key: { scope, currency, per }, org });

const stateOf = (record: BudgetRecord | null): BudgetState =>
  record === null ? { status: 'absent' } : { status: 'set', ...record };

/** The budget as the command would leave it. */
const draftOf = (
  command: BudgetCommand,
  id: string,
  record: BudgetRecord | null,
): BudgetRecord | null => {
  const { key, org } = command;
  const blank = { id, key, org, topUps: [], setAt: '' as Timestamp, sequence: 0 };
  switch (command.type) {
    case 'RemoveBudget':
      return null;
    case 'SetBudget': {
      const { capMicro, alertPct } = command;
      return { ...blank, ...record, capMicro, alertPct };
    }
    case 'TopUpBudget': {
      if (record === null) return null;
      const { topUpId, amountMicro, until } = command;
      return {
        ...record,
        topUps: [...record.topUps, { topUpId, amountMicro, untilMs: Date.parse(until) }],
      };
    }
  }
};
