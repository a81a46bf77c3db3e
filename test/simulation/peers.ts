import type { GatewayInput, NodeInput } from '#domain';

/** A gateway as the others see it; `id` is the member, `name` the machine. */
export interface GatewayPeer {
  readonly name: string;
  readonly id: string;
  receive(input: GatewayInput): void;
  nonce(): string;
  /** A part of an answer has arrived. */
  readonly onPart: () => void;
}

export interface NodePeer {
  readonly name: string;
  readonly id: string;
  receive(input: NodeInput): void;
}
