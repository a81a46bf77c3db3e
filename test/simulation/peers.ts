import type { GatewayInput, NodeInput } from '#domain';

/** A gateway as the others see it; `id` is the member, `name` the machine. */
export interface GatewayPeer {
  readonly name: string;
  readonly id: string;
  receive(input: GatewayInput): void;
  nonce(): string;
}

export interface NodePeer {
  readonly name: string;
  readonly id: string;
  receive(input: NodeInput): void;
}
