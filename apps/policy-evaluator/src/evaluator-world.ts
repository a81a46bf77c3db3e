import { randomUUID } from 'node:crypto';
import {
  type ActivityEvent,
  activityEvents,
  type ActivityFact,
  activitySubject,
  type Address,
  type BreachAnswer,
  BreachRequest,
  type ControlEvent,
  controlEvents,
  type ControlFact,
  controlSubject,
  eventCodec,
  type GatewayId,
  live,
  LOG_SUBJECT,
  type OrgName,
  partsOf,
  PolicyDocument,
  type RegionName,
  StopMode,
  type StopOrderId,
  streams,
  WHOLE_ORG,
} from '#contracts';
import type { EventStore, Messaging } from '#event-store';
import { type Clock, record, systemClock } from '#platform';
import type { Logs } from './evaluator-logs.js';

const gateway = 'us-1' as GatewayId;
const region = 'us' as RegionName;
const spec = { kind: 'system', id: 'spec', via: 'spec' } as const;

/** What specs of the evaluator need of a mesh: policies, activity, and a command API that answers breaches. */
export class EvaluatorWorld {
  readonly control: EventStore<ControlEvent>;
  readonly activity: EventStore<ActivityEvent>;
  /** Every breach that was asked for, repeats included. */
  readonly asked: BreachRequest[] = [];
  private readonly messaging: Messaging;

  constructor(
    logs: Logs,
    private readonly clock: Clock = systemClock,
  ) {
    this.control = logs.eventStore(streams.control.name, eventCodec<ControlEvent>(controlEvents));
    this.activity = logs.eventStore(
      streams.activity.name,
      eventCodec<ActivityEvent>(activityEvents),
    );
    this.messaging = logs.messaging();
  }

  async begin(incarnation = 'incarnation-one-1'): Promise<void> {
    await this.tell(LOG_SUBJECT, { type: 'LogStarted', data: { incarnation } });
  }

  async policy(document: { name: string; [field: string]: unknown }): Promise<void> {
    const org = 'acme' as OrgName;
    const parsed = PolicyDocument.parse({ mode: 'enforce', target: { org }, ...document });
    const data = { org, policy: parsed.name, document: parsed };
    const subject = controlSubject(org, null, 'policy', parsed.name);
    await this.tell(subject, { type: 'PolicySet', data });
  }

  /** So many intents of an agent pass the gate. @returns the sequence of the event */
  sent(address: string, count: number): Promise<number> {
    const now = new Date(this.clock.nowMs()).toISOString();
    return this.act({
      type: 'DecisionsCounted',
      data: {
        ...{ address: address as Address, region, gateway, from: now, to: now },
        decisions: [{ act: 'intent.send', refusedBy: null, orderId: null, subject: null, count }],
      },
    });
  }

  /** A command API that carries out what it is told: once each, as the log allows. */
  answerBreaches(): { stop(): void } {
    return this.answer((request) => this.carryOut(request));
  }

  /** A command API that answers so. */
  answer(reply: (request: BreachRequest) => BreachAnswer | Promise<BreachAnswer>) {
    return this.messaging.subscribe(live.breach, (message) => {
      const request = BreachRequest.parse(JSON.parse(message.text()));
      this.asked.push(request);
      void Promise.resolve(reply(request)).then((answer) =>
        message.respond(JSON.stringify(answer)),
      );
    });
  }

  /** The stops that policies ordered, by the names of their agents. */
  async stopped(): Promise<string[]> {
    const stored = await this.control.read('control.*.*.stop.>');
    return stored.flatMap(({ decoded }) => {
      if (!decoded.known || decoded.event.type !== 'StopOrdered') return [];
      const { selector } = decoded.event.data;
      return 'agent' in selector ? [partsOf(selector.agent).name] : [];
    });
  }

  private async carryOut(request: BreachRequest): Promise<BreachAnswer> {
    const { breachId, org, policy, policySequence, rule, address, evidence } = request;
    const mode = StopMode.safeParse(request.action).data ?? null;
    const orderId = mode && (breachId.replace('breach_', 'stop_') as StopOrderId);
    const outcome = mode === null ? 'alert' : 'stop';
    const { workspace } = partsOf(address);
    const breached = { breachId, org, policy, policySequence, rule, address, evidence };
    const subject = controlSubject(org, workspace, 'breach', breachId);
    const isNew = await this.tellOnce(subject, {
      type: 'PolicyBreached',
      data: { ...breached, outcome, mode, orderId },
    });
    if (isNew && orderId !== null && mode !== null) {
      const terms = { reason: evidence.says, expiresAt: null, drainUntil: null };
      const order = controlSubject(org, workspace, 'stop', orderId);
      const data = { orderId, mode, selector: { agent: address }, ...terms };
      await this.tell(order, { type: 'StopOrdered', data });
    }
    return { ok: true, outcome, orderId };
  }

  private async tellOnce(subject: string, fact: ControlFact): Promise<boolean> {
    if ((await this.control.first(subject)) !== null) return false;
    await this.tell(subject, fact);
    return true;
  }

  async tell(subject: string, fact: ControlFact): Promise<number> {
    return (await this.control.append({ subject, event: this.recorded(fact) })).sequence;
  }

  private async act(fact: ActivityFact & { data: { address: Address | null } }): Promise<number> {
    const { org, workspace, name } = partsOf(fact.data.address as Address);
    const subject = activitySubject(region, org, workspace ?? WHOLE_ORG, name);
    return (await this.activity.append({ subject, event: this.recorded(fact) })).sequence;
  }

  private recorded<F extends ControlFact | ActivityFact>(fact: F) {
    const about = { actor: spec, org: null, workspace: null, correlationId: 'spec' };
    return record(fact, about, this.clock, { uuid: () => randomUUID() });
  }
}
