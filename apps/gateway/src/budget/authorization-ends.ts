import {
  authorizationSubject,
  type AuthorizationId,
  type BudgetLedgerFact,
  type captureSpending,
  formatMicro,
  type LedgerEvent,
  ledgerSubject,
  microOf,
  partsOf,
  type releaseSpending,
} from '#contracts';
import type { EndResult } from '#domain';
import type { EventStore } from '#event-store';
import { ApiProblem, uuidFrom, type Call, type Ids } from '#platform';
import { unavailable } from './cap-marks.js';
import type { OpenBudget } from './open-budget.js';
import type { OpenBudgets } from './open-budgets.js';
import { agentOf, invalid } from './spending-wish.js';
import { within } from './within.js';

export interface AuthorizationEndsOptions {
  readonly store: EventStore<LedgerEvent>;
  readonly open: OpenBudgets;
  readonly ids: Ids;
}

type EndCall = Call<typeof captureSpending> | Call<typeof releaseSpending>;
type Opened = Extract<LedgerEvent, { type: 'AuthorizationOpened' }>['data'];

const ANSWER_MS_MAX = 3000;

/** How authorizations end: through any gateway, once, in all budgets at the same place of the log. */
export class AuthorizationEnds {
  constructor(private readonly options: AuthorizationEndsOptions) {}

  async capture(call: Call<typeof captureSpending>) {
    const opened = await this.find(call);
    const { amount } = call.body;
    const amountMicro = amount ? (microOf(amount) ?? 0) : opened.amountMicro;
    if (amountMicro > opened.amountMicro) throw above(opened);
    const request = this.requestOf(call);
    const data = { authorizationId: opened.authorizationId, amountMicro, request };
    await this.end(opened, { type: 'Captured', data });
    return answerOf(opened, 'captured', amountMicro);
  }

  async release(call: Call<typeof releaseSpending>) {
    const opened = await this.find(call);
    const { authorizationId } = opened;
    const request = this.requestOf(call);
    await this.end(opened, { type: 'Released', data: { authorizationId, request } });
    return answerOf(opened, 'released', opened.amountMicro);
  }

  /** @throws ApiProblem `not_found` for one of another agent, as for none */
  private async find(call: EndCall): Promise<Opened> {
    const address = agentOf(call);
    const { org, workspace } = partsOf(address);
    const { authorization_id: id } = call.body;
    const stored = await this.options.store
      .first(authorizationSubject(org, workspace, id))
      .catch((error: unknown) => {
        throw unavailable(error);
      });
    const event = stored?.decoded.known ? stored.decoded.event : null;
    if (event?.type === 'AuthorizationOpened' && event.data.address === address) return event.data;
    throw new ApiProblem('not_found', `There is no authorization ${id} of ${address}.`);
  }

  private async end(
    opened: Opened,
    fact: Extract<BudgetLedgerFact, { type: 'Captured' | 'Released' }>,
  ): Promise<void> {
    const { org, workspace } = partsOf(opened.address);
    const { request } = fact.data;
    let all: readonly OpenBudget[] = [];
    try {
      all = await Promise.all(
        opened.budgets.map((key) => this.options.open.reopen(key, ledgerSubject(key), org)),
      );
      const results = Promise.all(
        all.map((open) => new Promise<EndResult>((told) => open.awaitEnd(request, told))),
      );
      const requests = all.map(({ record }) => ({ subject: record.id, fact }));
      const stored = this.options.open.storeTogether(requests, org, workspace);
      const told = within(results, ANSWER_MS_MAX);
      const [found] = await Promise.all([told, stored.catch(() => undefined)]);
      refuseUnless(found, opened);
    } catch (error) {
      throw error instanceof ApiProblem ? error : unavailable(error);
    } finally {
      for (const open of all) open.forgetEnd(request);
    }
  }

  /** The same request again, after an answer that never came, is no second one. */
  private requestOf({ idempotencyKey, principal }: EndCall): string {
    if (idempotencyKey === null || principal === null) return this.options.ids.uuid();
    return uuidFrom(principal.keyId, idempotencyKey);
  }
}

const refuseUnless = (results: readonly EndResult[], opened: Opened): void => {
  const bad = results.find((result) => result !== 'captured' && result !== 'released');
  if (bad === undefined) return;
  if (bad === 'above_authorization') throw above(opened);
  throw new ApiProblem('authorization_ended', says[bad], {
    details: { authorization_id: opened.authorizationId, status: bad.replace('already_', '') },
  });
};

const says: Readonly<
  Record<Exclude<EndResult, 'captured' | 'released' | 'above_authorization'>, string>
> = {
  already_captured: 'It was captured already. An authorization is captured once.',
  already_released: 'It was released already. Authorize the payment anew.',
  expired: 'Its time is over, and the amount is free again. Authorize the payment anew.',
  unknown: 'It ended long ago. Authorize the payment anew.',
};

const above = ({ amountMicro, currency }: Opened): ApiProblem =>
  invalid(
    'amount',
    `is more than the ${formatMicro(amountMicro)} ${currency} that were authorized`,
  );

const answerOf = (
  { authorizationId, currency }: Opened,
  status: 'captured' | 'released',
  amountMicro: number,
) => ({
  ok: true as const,
  authorization_id: authorizationId as AuthorizationId,
  status,
  amount: formatMicro(amountMicro),
  currency,
});
