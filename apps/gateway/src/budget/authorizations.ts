import {
  authorizationSubject,
  type AuthorizationId,
  type authorizeSpending,
  formatMicro,
  type LedgerFact,
  type Payment,
  partsOf,
} from '#contracts';
import type { AuthorizedResult, BudgetRecord } from '#domain';
import {
  ApiProblem,
  authorizationIdFrom,
  toTimestamp,
  type Call,
  type Clock,
  type Ids,
} from '#platform';
import type { Gate } from '../gate/gate.js';
import { orRefused } from '../gate/late-refusal.js';
import { BUDGET_WARNING } from './budget-headers.js';
import type { Budgets, Reservation } from './budgets.js';
import { unavailable } from './cap-marks.js';
import type { OpenBudgets } from './open-budgets.js';
import { agentOf, type SpendingCall, type Wanted, wantedOf } from './spending-wish.js';
import { within } from './within.js';

export interface AuthorizationsOptions {
  readonly gate: Pick<Gate, 'ended'>;
  readonly budgets: Budgets;
  readonly open: OpenBudgets;
  readonly clock: Clock;
  readonly ids: Ids;
  /** USDC of x402 challenges counts under caps in `usd`. */
  readonly usdcAsUsd: boolean;
  /** Caps of a session that is named, which must last. @throws ApiProblem */
  sessionCaps(call: SpendingCall, sessionId: string): Promise<readonly BudgetRecord[]>;
}

type AuthorizeCall = Call<typeof authorizeSpending>;
type Result = AuthorizedResult | 'void';

const EXPIRES_IN_S = 3600;
const ANSWER_MS_MAX = 3000;
/** A period may end, or an event be given up, just as an authorization is written: then it is written again. */
const TRIES_MAX = 3;

/** Payments that are allowed before they are made. */
export class Authorizations {
  constructor(private readonly options: AuthorizationsOptions) {}

  async authorize(call: AuthorizeCall) {
    const { gate } = this.options;
    const opened = await orRefused(gate, call, () => this.opened(call));
    gate.ended(call, null);
    return opened;
  }

  private async opened(call: AuthorizeCall) {
    const wanted = wantedOf(call, this.options.usdcAsUsd);
    const { session_id: sessionId } = call.body;
    const session = sessionId ? await this.options.sessionCaps(call, sessionId) : [];
    this.refuseUnknown(wanted, session);
    for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
      const answer = await this.attempt(call, { wanted, session, attempt });
      if (answer !== null) return answer;
    }
    throw unavailable();
  }

  private async attempt(
    call: AuthorizeCall,
    {
      wanted,
      session,
      attempt,
    }: { wanted: Wanted; session: readonly BudgetRecord[]; attempt: number },
  ) {
    const { address, amountMicro, currency } = wanted;
    const reservation = await this.options.budgets.reserve({
      ...{ address, session, amounts: { [currency]: amountMicro } },
    });
    const authorizationId = this.idOf(call, wanted, attempt);
    const expiresAtMs = this.options.clock.nowMs() + (call.body.expires_in ?? EXPIRES_IN_S) * 1000;
    const results = await this.write(reservation, { call, wanted, authorizationId, expiresAtMs });
    if (results.every((result) => result === 'opened' || result === 'known')) {
      const warnings = reservation.warnings();
      if (warnings.length > 0) void call.reply.header(BUDGET_WARNING, warnings.join('; '));
      return {
        ok: true as const,
        ...{ authorization_id: authorizationId, status: 'authorized' as const },
        ...{ amount: formatMicro(amountMicro), currency },
        ...{ expires_at: toTimestamp(expiresAtMs), reference: call.body.reference ?? null },
        warnings: [...warnings],
      };
    }
    await this.takeBack(reservation, { results, authorizationId, wanted });
    if (results.includes('too_many')) throw tooMany();
    return null;
  }

  /** Writes it into all budgets and its own place at once. @throws ApiProblem when nobody says what came of it */
  private async write(
    reservation: Reservation,
    { call, wanted, authorizationId, expiresAtMs }: Writing,
  ): Promise<readonly Result[]> {
    const { org, workspace } = partsOf(wanted.address);
    const subject = authorizationSubject(org, workspace, authorizationId);
    const opened = openedFact({ call, wanted, authorizationId, expiresAtMs }, reservation);
    const requests: { subject: string; fact: LedgerFact }[] = [{ subject, fact: opened }];
    const results = reservation.parts.map(
      ({ open, id }) =>
        new Promise<Result>((resolve) => {
          const facts = open.authorize(id, { authorizationId, expiresAtMs }, resolve);
          for (const fact of facts) requests.push({ subject: open.record.id, fact });
        }),
    );
    const stored = this.options.open.storeTogether(requests, org, workspace);
    try {
      const told = within(Promise.all(results), ANSWER_MS_MAX);
      // Whether it was stored shows in the ledger alone.
      const [all] = await Promise.all([told, stored.catch(() => undefined)]);
      return all;
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** What was opened in some budgets and not in all is closed again there. */
  private async takeBack(
    { parts }: Reservation,
    {
      results,
      authorizationId,
      wanted,
    }: { results: readonly Result[]; authorizationId: AuthorizationId; wanted: Wanted },
  ): Promise<void> {
    const { org, workspace } = partsOf(wanted.address);
    const request = this.options.ids.uuid();
    const requests = parts
      .filter((_, index) => results[index] === 'opened' || results[index] === 'known')
      .map(({ open }) => ({
        subject: open.record.id,
        fact: { type: 'Released' as const, data: { authorizationId, request } },
      }));
    if (requests.length === 0) return;
    await this.options.open.storeTogether(requests, org, workspace).catch((error: unknown) => {
      throw unavailable(error);
    });
  }

  private refuseUnknown({ address, currency }: Wanted, session: readonly BudgetRecord[]): void {
    const known = [...this.options.budgets.covering(address), ...session].map(
      ({ key }) => key.currency,
    );
    if (known.includes(currency)) return;
    const names = [...new Set(known)].toSorted();
    const says =
      names.length === 0 ? 'It has no cap at all.' : `Its caps are in ${names.join(', ')}.`;
    throw new ApiProblem(
      'unknown_currency',
      `No cap of ${address} is in ${currency}, so nothing can be authorized in it. ${says}`,
      { details: { currency, known: names } },
    );
  }

  /** A repeat is the same authorization only where it asks for the same: what is answered is what is reserved. */
  private idOf(
    { principal, idempotencyKey, body }: AuthorizeCall,
    { amountMicro, currency }: Wanted,
    attempt: number,
  ): AuthorizationId {
    if (idempotencyKey === null) return authorizationIdFrom(this.options.ids.uuid());
    const { org, keyId } = principal;
    const asked = [String(amountMicro), currency, body.session_id ?? ''];
    return authorizationIdFrom(org, keyId, idempotencyKey, ...asked, String(attempt));
  }
}

interface Writing {
  readonly call: AuthorizeCall;
  readonly wanted: Wanted;
  readonly authorizationId: AuthorizationId;
  readonly expiresAtMs: number;
}

const openedFact = (
  { call, wanted, authorizationId, expiresAtMs }: Writing,
  { parts }: Reservation,
): LedgerFact => {
  const { challenge } = call.body;
  const x402 = challenge
    ? {
        ...{ network: challenge.network, asset: challenge.asset, payTo: challenge.payTo },
        resource: challenge.resource ?? null,
      }
    : null;
  const payment: Payment = { reference: call.body.reference ?? null, x402 };
  return {
    type: 'AuthorizationOpened',
    data: {
      authorizationId,
      address: agentOf(call),
      amountMicro: wanted.amountMicro,
      currency: wanted.currency,
      budgets: parts.map(({ open }) => open.record.key),
      sessionId: call.body.session_id ?? null,
      payment,
      expiresAt: toTimestamp(expiresAtMs),
    },
  };
};

const tooMany = (): ApiProblem =>
  new ApiProblem(
    'backlog_full',
    'Too many authorizations are open under this cap. Capture or release some, or let them expire.',
  );
