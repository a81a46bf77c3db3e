import {
  type Address,
  type ControlEvent,
  type ControlFact,
  type Decoded,
  type Destination,
  formatSelector,
  type Selector,
  type Timestamp,
  type UnknownEvent,
} from '#contracts';
import { covers, SCHEME_LENGTH } from '../stop/covers.js';
import { msOf } from '../time/timestamp.js';
import { AgentFold } from './agent-fold.js';
import { BudgetFold } from './budget-fold.js';
import type { ControlChange } from './control-change.js';
import { DrillFold } from './drill-fold.js';
import { GatewayFold } from './gateway-fold.js';
import { KeyFold } from './key-fold.js';
import { LogFold } from './log-fold.js';
import { NodeFold } from './node-fold.js';
import { OrderFold } from './order-fold.js';
import { PolicyFold } from './policy-fold.js';
import { ScopeIndex } from './scope-index.js';
import { SessionFold } from './session-fold.js';
import { StopIndex } from './stop-index.js';
import { TenantFold } from './tenant-fold.js';
import { type Closing, closingOf, UnknownFold } from './unknown-fold.js';
import { WebhookFold } from './webhook-fold.js';

type Effect = Partial<Omit<ControlChange, 'sequence'>>;
type EventOf<T extends ControlFact['type']> = Extract<ControlEvent, { type: T }>;
/** One entry for each type, so that a new event breaks the compiler here. */
type Handlers = {
  readonly [T in ControlFact['type']]: (event: EventOf<T>, sequence: number) => Effect;
};

/** Changes what is known, and nothing that a shell would have to act on. */
const nothing =
  <E>(note: (event: E, sequence: number) => void) =>
  (event: E, sequence: number): Effect => {
    note(event, sequence);
    return {};
  };

const nobody = (): boolean => false;
const exactly = (address: Address) => (asked: Destination) => asked === address;

/** The parts of the fold, and which event changes which. */
export class ControlFold {
  readonly scopes = new ScopeIndex();
  readonly stops = new StopIndex(this.scopes);
  readonly orders = new OrderFold(this.stops);
  readonly agents = new AgentFold(this.scopes);
  readonly keys = new KeyFold();
  readonly tenants = new TenantFold();
  readonly gateways = new GatewayFold();
  readonly nodes = new NodeFold();
  readonly log = new LogFold();
  readonly policies = new PolicyFold();
  readonly budgets = new BudgetFold();
  readonly sessions = new SessionFold();
  readonly drills = new DrillFold();
  readonly webhooks = new WebhookFold();
  readonly unknowns = new UnknownFold(this.scopes);
  readonly #wideLifts = new Map<string, number>();

  unchanged(sequence: number): ControlChange {
    return change(sequence, {});
  }

  apply(decoded: Decoded<ControlEvent>, sequence: number, subject: string): ControlChange {
    if (!decoded.known) return change(sequence, this.#unknown(decoded.unknown, sequence, subject));
    const handle = this.#handlers[decoded.event.type] as Handlers['LogStarted'];
    return change(sequence, handle(decoded.event as EventOf<'LogStarted'>, sequence));
  }

  /** A pushed order holds from now on, though the log does not have it yet. */
  enforce(event: EventOf<'StopOrdered'>): ControlChange {
    return change(null, this.#order(event, null));
  }

  liftedAtMs(address: Address): number | null {
    const agent = this.agents.get(address);
    const direct = agent?.liftedAt ? msOf(agent.liftedAt) : null;
    if (this.#wideLifts.size === 0) return direct;
    const [org = '', workspace = ''] = address.slice(SCHEME_LENGTH).split('/');
    const scopes = [org, `${org}/${workspace}`];
    const tags = (agent?.tags ?? []).flatMap((tag) => scopes.map((scope) => `tag:${tag}@${scope}`));
    const keys = [`org:${org}`, `ns:${org}/${workspace}`, ...tags];
    return keys.reduce((latest, key) => later(latest, this.#wideLifts.get(key)), direct);
  }

  readonly #handlers: Handlers = {
    StopOrdered: (event, sequence) => this.#order(event, sequence),
    StopRepeated: (event, sequence) => this.#amend(event.data.orderId, sequence),
    StopReasonGiven: (event, sequence) =>
      this.#amend(event.data.orderId, sequence, event.data.reason),
    StopLiftRequested: nothing((event, sequence) => this.orders.request(event, sequence)),
    StopLifted: (event, sequence) => {
      const lifted = this.orders.lift(event, sequence);
      if (lifted === null) return {};
      if (lifted.sequence !== null) this.#noteLift(lifted.selector, event.at);
      return { lifted, touches: this.#covered(lifted.selector) };
    },
    AgentRegistered: (event, sequence) => {
      this.agents.register(event, sequence);
      return { touches: exactly(event.data.address) };
    },
    AgentTagged: (event, sequence) => {
      this.agents.tag(event, sequence);
      return { touches: exactly(event.data.address) };
    },
    AgentDescribed: nothing((event, sequence) => this.agents.describe(event, sequence)),
    AgentRevoked: (event, sequence) => this.#revoked(this.agents.revoke(event, sequence), event.at),
    OrganizationCreated: nothing((event) => this.tenants.createOrganization(event)),
    WorkspaceCreated: nothing((event) => this.tenants.createWorkspace(event)),
    OrganizationSettingsChanged: nothing((event) => this.tenants.changeOrganization(event)),
    WorkspaceSettingsChanged: nothing((event, sequence) =>
      this.tenants.changeWorkspace(event, sequence),
    ),
    KeyIssued: (event, sequence) => {
      const { holder } = event.data;
      const agent = holder.kind === 'sa' ? this.agents.get(holder.address) : null;
      this.keys.issue(event, sequence, agent?.revoked ?? false);
      return {};
    },
    KeyRevoked: (event, sequence) => ({
      revokedKeys: this.keys.revoke(event.data.keyId, event.at, sequence),
    }),
    LogStarted: nothing((event) => this.log.start(event)),
    LogRestored: nothing((event, sequence) => this.log.restored(event, sequence)),
    NodeJoined: nothing((event, sequence) => this.nodes.join(event, sequence)),
    NodeLeft: nothing((event) => this.nodes.end(event.data.node)),
    NodeRemoved: nothing((event) => this.nodes.end(event.data.node)),
    NodeKeyRotated: nothing((event, sequence) => this.nodes.rotateKey(event, sequence)),
    GatewayJoined: (event, sequence) => this.gateways.join(event, sequence),
    GatewayLeft: (event) => ({ left: this.gateways.end(event.data) }),
    GatewayRemoved: (event) => ({ left: this.gateways.end(event.data) }),
    GatewayKeyRotated: nothing((event, sequence) => this.gateways.rotateKey(event, sequence)),
    DrillRun: nothing((event) => this.drills.run(event)),
    AgentDelegated: (event, sequence) =>
      this.#revoked(this.agents.delegate(event, sequence), event.at),
    KeyRetired: nothing((event, sequence) => this.keys.retire(event, sequence)),
    PolicySet: nothing((event, sequence) => this.policies.set(event, sequence)),
    PolicyRemoved: nothing((event) => this.policies.remove(event)),
    PolicyBreached: () => ({}),
    AgentRestricted: nothing((event, sequence) => this.policies.restrict(event, sequence)),
    RestrictionLifted: nothing((event) => this.policies.lift(event)),
    BudgetSet: nothing((event, sequence) => this.budgets.set(event, sequence)),
    BudgetRemoved: nothing((event) => this.budgets.remove(event)),
    BudgetToppedUp: nothing((event, sequence) => this.budgets.topUp(event, sequence)),
    SessionKilled: nothing((event, sequence) => this.sessions.kill(event, sequence)),
    WebhookSubscribed: nothing((event, sequence) => this.webhooks.subscribe(event, sequence)),
    WebhookRevoked: nothing((event, sequence) => this.webhooks.revoke(event, sequence)),
  };

  #order(event: EventOf<'StopOrdered'>, sequence: number | null): Effect {
    const ordered = this.orders.add(event, sequence);
    return ordered ? { ordered, touches: this.#covered(ordered.selector) } : {};
  }

  /** Whole lineages at once: the keys of all of them are refused from here on. */
  #revoked(addresses: readonly Address[], at: Timestamp): Effect {
    return {
      revokedKeys: addresses.flatMap((address) => this.keys.revokeAllOf(address, at)),
      touches: (asked) => addresses.includes(asked as Address),
    };
  }

  #amend(...[orderId, sequence, reason]: Parameters<OrderFold['amend']>): Effect {
    this.orders.amend(orderId, sequence, reason);
    return {};
  }

  #covered(selector: Selector): (address: Destination) => boolean {
    return (address) => covers(selector, { address, tags: this.agents.get(address)?.tags ?? [] });
  }

  // A stop of some acts alone left the agent's health as it was.
  #noteLift(selector: Selector, at: Timestamp): void {
    if (selector.capability !== undefined) return;
    if ('agent' in selector) this.agents.lifted(selector.agent, at);
    else this.#wideLifts.set(formatSelector(selector), msOf(at));
  }

  #unknown(unknown: UnknownEvent, sequence: number, subject: string): Effect {
    const closing = closingOf(unknown, subject, this);
    this.unknowns.record(unknown, closing);
    return { unknown, ...this.#close(closing, sequence) };
  }

  // No time can be read from such an event, and none is needed: the key is refused from here on.
  #close(closing: Closing, sequence: number): Effect {
    switch (closing.kind) {
      case 'agent':
        return { touches: (address) => address === closing.address };
      case 'scope':
        return { touches: (address) => address.startsWith(closing.prefix, SCHEME_LENGTH) };
      case 'key': {
        const key = this.keys.get(closing.keyId);
        return key ? { revokedKeys: this.keys.revoke(key.keyId, key.createdAt, sequence) } : {};
      }
      case 'nothing':
        return {};
    }
  }
}

const later = (one: number | null, other: number | undefined): number | null =>
  other === undefined || (one !== null && one >= other) ? one : other;

const change = (sequence: number | null, effect: Effect): ControlChange => ({
  sequence,
  ordered: null,
  lifted: null,
  revokedKeys: [],
  joined: null,
  left: null,
  unknown: null,
  touches: nobody,
  ...effect,
});
