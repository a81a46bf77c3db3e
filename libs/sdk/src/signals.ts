import { sendSignal } from '#contracts';
import type { BodyOf, Caller } from './http/caller.js';
import type { CallOptions } from './http/transport.js';

/** What monitoring sees. It stops nobody by itself; a policy may. */
export class SignalsApi {
  constructor(private readonly caller: Caller) {}

  send(body: BodyOf<typeof sendSignal>, options?: CallOptions) {
    return this.caller.call(sendSignal, { body }, options);
  }
}
