import type { ClockReading } from './clock-reading.js';
import type { GatewayBoot } from './membership.js';
import type { OrderReceipt, Unsigned } from './messages.js';

export type ReceiptWord = Pick<
  Unsigned<OrderReceipt>,
  'orderId' | 'gateway' | 'boot' | 'position'
> & { readonly cut: OrderReceipt['cut'] | null };

export interface HeardReceipt {
  readonly position: number;
  /** Of the first word. */
  readonly at: ClockReading;
  readonly cut: OrderReceipt['cut'] | null;
}

interface HeardBoot extends GatewayBoot {
  readonly receipts: Map<string, HeardReceipt>;
  position: number;
}

const keyOf = ({ gateway, boot }: GatewayBoot): string => `${gateway}/${boot}`;

/** What the gateways have said, each boot for itself: a receipt of another boot counts for nothing. */
export class Receipts {
  readonly #boots = new Map<string, HeardBoot>();

  /** Several of one boot for one order: the highest position counts, and the first time. */
  add({ orderId, gateway, boot, position, cut }: ReceiptWord, now: ClockReading): void {
    const heard = this.#boots.get(keyOf({ gateway, boot })) ?? {
      gateway,
      boot,
      receipts: new Map<string, HeardReceipt>(),
      position: 0,
    };
    this.#boots.set(keyOf(heard), heard);
    heard.position = Math.max(heard.position, position);
    const first: HeardReceipt = heard.receipts.get(orderId) ?? { position, at: now, cut };
    heard.receipts.set(orderId, {
      position: Math.max(first.position, position),
      at: first.at,
      cut: first.cut ?? cut,
    });
  }

  of(orderId: string, boot: GatewayBoot): HeardReceipt | null {
    return this.#boots.get(keyOf(boot))?.receipts.get(orderId) ?? null;
  }

  /** The highest position that this boot has named. */
  positionOf(boot: GatewayBoot): number {
    return this.#boots.get(keyOf(boot))?.position ?? 0;
  }

  forget(orderId: string): void {
    for (const { receipts } of this.#boots.values()) receipts.delete(orderId);
  }

  forgetBoots(mayCount: (boot: GatewayBoot) => boolean): void {
    for (const [key, boot] of this.#boots) if (!mayCount(boot)) this.#boots.delete(key);
  }

  clear(): void {
    this.#boots.clear();
  }
}
