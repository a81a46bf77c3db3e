import {
  agentAddress,
  type AddressParts,
  type QueueAddress,
  type streamAgentIntents,
  type streamOwnIntents,
  type streamQueueIntents,
} from '#contracts';
import { ApiProblem, type Call, type Clock, type Logger } from '#platform';
import type { OpenStreams } from '../streams/open-streams.js';
import type { Delivery } from './delivery.js';
import { DeliveryStream } from './delivery-stream.js';
import type { DestinationQueues } from './destination-queues.js';
import type { HeldWork } from './held-work.js';

export interface DeliveriesOptions {
  readonly streams: OpenStreams;
  readonly queues: DestinationQueues;
  readonly delivery: Delivery;
  readonly held: HeldWork;
  readonly clock: Clock;
  readonly log: Logger;
}

type AgentCall = Call<typeof streamAgentIntents>;
type OwnCall = Call<typeof streamOwnIntents>;
type QueueCall = Call<typeof streamQueueIntents>;

/** Streams of work to agents: their own, and that of the queues of their workspace. */
export class Deliveries {
  constructor(private readonly options: DeliveriesOptions) {}

  async agent(call: AgentCall): Promise<void> {
    const { org, workspace, name } = call.params;
    const address = agentAddress(org, workspace, name);
    if (call.principal.kind !== 'sa' || call.principal.address !== address) {
      throw new ApiProblem('not_found', `There is no ${address} that this key is of.`);
    }
    await this.open(call, { kind: 'agent', org, workspace, name });
  }

  /** By the short form of its address: in the caller's own workspace. */
  own(call: OwnCall): Promise<void> {
    const { workspace } = call.principal;
    return this.agent({ ...call, params: { ...call.params, workspace } });
  }

  async queue(call: QueueCall): Promise<void> {
    const { org, workspace, name } = call.params;
    const { principal } = call;
    if (principal.org !== org || principal.workspace !== workspace) {
      const address = `queue://${org}/${workspace}/${name}` as QueueAddress;
      throw new ApiProblem('not_found', `There is no ${address} that you can reach.`);
    }
    await this.open(call, { kind: 'queue', org, workspace, name });
  }

  private async open(call: AgentCall | QueueCall, from: AddressParts): Promise<void> {
    const { principal } = call;
    if (principal.kind !== 'sa') throw new ApiProblem('forbidden', 'Work goes to agents alone.');
    const { streams, queues, delivery, held, clock, log } = this.options;
    const queue = await queues.of(from);
    const agent = principal.address;
    const { request, reply } = call;
    const ask = { address: agent, act: 'deliver', capability: null } as const;
    const stream = streams.open({ principal, request, reply }, { what: 'delivery', ask });
    const pump = new DeliveryStream({
      stream,
      agent,
      queue,
      delivery,
      clock,
      waitSeconds: call.query.wait_seconds ?? null,
      putBack: (token) => held.putBack(token, 0),
    });
    pump.run().catch((error: unknown) => {
      log.warn({ err: error, agent }, 'a delivery stream broke; its agent opens another');
      stream.close();
    });
  }
}
