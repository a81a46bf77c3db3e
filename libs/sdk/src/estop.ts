import { getHealth, guardTool } from '#contracts';
import type { GuardAnswer, GuardQuestion } from './agents-side.js';
import { AgentsApi, ServiceAccountsApi } from './agents.js';
import { AuditApi } from './audit.js';
import { Caller } from './http/caller.js';
import { Transport, type CallOptions, type TransportOptions } from './http/transport.js';
import { IntentsApi } from './intents.js';
import { KeysApi } from './keys.js';
import { MeshApi } from './mesh.js';
import { BudgetsApi } from './budgets.js';
import { PoliciesApi } from './policies.js';
import { SessionsApi } from './sessions.js';
import { SignalsApi } from './signals.js';
import { StopsApi } from './stops.js';
import { OrganizationsApi, WorkspacesApi } from './tenants.js';
import { WebhooksApi } from './webhooks.js';

/**
 * A client of one mesh, for operators and for agents. Give it any gateway, or several: what one does not answer, the next
 * is asked. Calls are repeated where that is safe, with one idempotency key for all attempts.
 *
 * ```ts
 * const estop = new Estop({ baseUrl: 'http://127.0.0.1:4600', apiKey });
 * await estop.mesh.kill('agent://acme/production/email-campaign');
 * ```
 */
export class Estop {
  readonly mesh: MeshApi;
  readonly stops: StopsApi;
  readonly agents: AgentsApi;
  readonly serviceAccounts: ServiceAccountsApi;
  readonly keys: KeysApi;
  readonly budgets: BudgetsApi;
  readonly policies: PoliciesApi;
  readonly organizations: OrganizationsApi;
  readonly workspaces: WorkspacesApi;
  readonly intents: IntentsApi;
  readonly sessions: SessionsApi;
  readonly webhooks: WebhooksApi;
  readonly signals: SignalsApi;
  readonly audit: AuditApi;
  private readonly caller: Caller;

  /** @throws TypeError when no base address is given, or one is not http(s). */
  constructor(options: TransportOptions) {
    const caller = new Caller(new Transport(options));
    this.caller = caller;
    this.mesh = new MeshApi(caller);
    this.stops = new StopsApi(caller);
    this.agents = new AgentsApi(caller);
    this.serviceAccounts = new ServiceAccountsApi(caller);
    this.keys = new KeysApi(caller);
    this.budgets = new BudgetsApi(caller);
    this.policies = new PoliciesApi(caller);
    this.organizations = new OrganizationsApi(caller);
    this.workspaces = new WorkspacesApi(caller);
    this.intents = new IntentsApi(caller);
    this.sessions = new SessionsApi(caller);
    this.webhooks = new WebhooksApi(caller);
    this.signals = new SignalsApi(caller);
    this.audit = new AuditApi(caller);
  }

  /** May this agent use this tool now? Asked before the call; the answer comes from outside the agent. */
  guard(question: GuardQuestion, options?: CallOptions): Promise<GuardAnswer> {
    return this.caller.call(guardTool, { body: question }, options);
  }

  /** Whether the gateway answers at all. Needs no key. */
  health(options?: CallOptions) {
    return this.caller.call(getHealth, {}, options);
  }
}
