export interface ReceiptOf {
  readonly orderId: string;
  readonly gateway: string;
  readonly boot: number;
}

/** What gateways have said that they have on their disks and in force. */
export class GivenReceipts {
  readonly #given = new Set<string>();
  readonly #pinned = new Map<string, Set<string>>();

  add(machine: string, { orderId, gateway, boot }: ReceiptOf): void {
    this.#given.add(`${orderId}/${gateway}/${boot}`);
    const pinned = this.#pinned.get(machine) ?? new Set<string>();
    this.#pinned.set(machine, pinned.add(orderId));
  }

  has({ orderId, gateway, boot }: ReceiptOf): boolean {
    return this.#given.has(`${orderId}/${gateway}/${boot}`);
  }

  isPinned(machine: string, orderId: string): boolean {
    return this.#pinned.get(machine)?.has(orderId) ?? false;
  }

  diskLost(machine: string): void {
    this.#pinned.delete(machine);
  }

  /** Its lift was lost: nobody had to keep it. */
  forget(orderId: string): void {
    for (const pinned of this.#pinned.values()) pinned.delete(orderId);
  }
}
