import { Controller, Inject } from '@nestjs/common';
import { getCapabilities, getHealth, readInbox } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { GATEWAY_IDENTITY } from './gateway-tokens.js';
import type { GatewayIdentity } from './identity.js';
import { Inbox } from './inbox/inbox.js';

const CAPABILITIES = [
  'intents.create',
  'intents.get',
  'intents.events',
  'intents.events.stream',
  'intents.resolve',
  'intents.resume',
  'intents.controls',
  'intents.policy',
  'intents.checkpoint',
  'agents.stream',
  'queues.stream',
  'inbox',
  'mesh.heartbeat',
  'mesh.stops',
  'mesh.kill',
  'mesh.resume',
  'mesh.stream',
  'guard',
  'sessions',
  'sessions.messages',
  'sessions.feed.stream',
  'service_accounts',
];

/** Any type of the right form is taken; these are the families by example. */
const INTENT_TYPES = ['intent.message.v1', 'intent.task.v1', 'intent.ask.v1'];

/** The routes off the hot path: Nest makes the controller, the route's definition says the rest. */
@Controller()
export class ServiceController {
  constructor(
    @Inject(GATEWAY_IDENTITY) private readonly identity: GatewayIdentity,
    @Inject(Inbox) private readonly inbox: Inbox,
  ) {}

  @Endpoint(getHealth)
  health(_call: Call<typeof getHealth>) {
    return { ok: true, service: 'estop', ...this.identity };
  }

  @Endpoint(getCapabilities)
  capabilities(_call: Call<typeof getCapabilities>) {
    return { ok: true, capabilities: CAPABILITIES, supported_intent_types: INTENT_TYPES };
  }

  @Endpoint(readInbox)
  threads(call: Call<typeof readInbox>) {
    return this.inbox.handle(call);
  }
}
