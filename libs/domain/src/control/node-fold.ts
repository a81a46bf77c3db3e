import type { ControlEvent, NodeId } from '#contracts';
import type { NodeMember } from './control-records.js';

type Of<T extends ControlEvent['type']> = Extract<ControlEvent, { type: T }>;

/** The control nodes that count. A node that joins again takes its own place. */
export class NodeFold {
  readonly #members = new Map<NodeId, NodeMember>();

  /** In the order of their ids. */
  all(): NodeMember[] {
    return [...this.#members.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
  }

  join(event: Of<'NodeJoined'>, sequence: number): void {
    const member = { ...event.data, joinedAt: event.at, sequence, lastSequence: sequence };
    this.#members.set(event.data.node, member);
  }

  end(node: NodeId): void {
    this.#members.delete(node);
  }

  rotateKey({ data }: Of<'NodeKeyRotated'>, sequence: number): void {
    const member = this.#members.get(data.node);
    if (member) this.#members.set(data.node, { ...member, ...data, lastSequence: sequence });
  }
}
