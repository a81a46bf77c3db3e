import { live } from '#contracts';
import type { NodeInput } from '#domain';
import {
  decodeConfirmed,
  decodeJoin,
  decodePush,
  decodeRenewal,
  type TestReceipt,
} from '../wire/live-messages.js';
import type { RotateOrder } from '../wire/rotate-order.js';

export interface NodeInboxOptions {
  readonly node: string;
  step(input: NodeInput): void;
  /** `false`: nobody can believe it. */
  tested(tested: TestReceipt, signature: string): boolean;
  /** `false`: nobody can believe it. */
  asked(ask: RotateOrder, signature: string): boolean;
  rejected(what: string): void;
}

export interface Hearing {
  readonly subject: string;
  hear(text: string, subject: string): void;
}

/** Whatever a control node hears on core NATS, read and handed to the protocol. */
export const nodeInbox = ({ node, step, tested, asked, rejected }: NodeInboxOptions): Hearing[] => {
  const order = (text: string): void => {
    const pushed = decodePush(text);
    if (pushed === null) return rejected('push');
    // Every node hears the tests of every other; they are for gateways.
    if (pushed.kind === 'test') return;
    if (pushed.kind === 'order') return step({ kind: 'pushed', signed: pushed.signed });
    if (!asked(pushed.rotate, pushed.signature)) rejected('rotate');
  };
  const handed = (text: string): void => {
    const pushed = decodePush(text);
    if (pushed?.kind === 'order') step({ kind: 'handed', signed: pushed.signed });
    else rejected('handed');
  };
  return [
    { subject: live.orderFilter, hear: order },
    { subject: live.handed(node), hear: handed },
    {
      subject: live.renewalFilter,
      hear: (text, subject) => {
        const renewal = decodeRenewal(text);
        // The server lets each gateway speak on its own subject alone.
        const isItsOwn = renewal !== null && subject === live.renewal(renewal.renewal.gateway);
        if (isItsOwn) step({ kind: 'renewal', ...renewal });
        else rejected('renewal');
      },
    },
    {
      subject: live.receiptFilter,
      hear: (text, subject) => {
        const confirmed = decodeConfirmed(text);
        if (confirmed === null) return rejected('receipt');
        const { gateway } = confirmed.kind === 'receipt' ? confirmed.receipt : confirmed.tested;
        if (subject !== live.receipt(gateway)) return rejected('receipt');
        if (confirmed.kind === 'receipt') return step(confirmed);
        if (!tested(confirmed.tested, confirmed.signature)) rejected('receipt');
      },
    },
    {
      subject: live.join(node),
      hear: (text) => {
        const join = decodeJoin(text);
        if (join === null) rejected('join');
        else step(join);
      },
    },
  ];
};
