import { Module, type DynamicModule } from '@nestjs/common';
import { GATEWAY_IDENTITY } from './gateway-tokens.js';
import type { GatewayIdentity } from './identity.js';
import { Inbox } from './inbox/inbox.js';
import { ServiceController } from './service.controller.js';

export interface GatewayModuleParts {
  readonly identity: GatewayIdentity;
  readonly inbox: Inbox;
}

/** Nest at the rim: the routes off the hot path live here, the others are bound straight to the server. */
@Module({})
export class GatewayModule {
  static of({ identity, inbox }: GatewayModuleParts): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [ServiceController],
      providers: [
        { provide: GATEWAY_IDENTITY, useValue: identity },
        { provide: Inbox, useValue: inbox },
      ],
    };
  }
}
