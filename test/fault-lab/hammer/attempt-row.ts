import type { Attempt } from '../judge/history.js';
import type { Answer } from './keen-agent.js';
import type { AttemptRow, HammerPlan } from './hammer-messages.js';

/** What the hammer asked. */
export interface Asked {
  readonly kind: 0 | 1;
  readonly gateway: number;
  readonly from: number;
  readonly to: number;
  readonly work: string | null;
}

interface Body {
  readonly action?: string;
  readonly order_id?: string;
  readonly error?: { readonly code?: string; readonly details?: { readonly order_id?: string } };
}

const parsed = (text: string): Body => {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
};

const codeOf = ({ action, error }: Body): string | null => action ?? error?.code ?? null;
const orderOf = ({ order_id: own, error }: Body): string | null =>
  own ?? error?.details?.order_id ?? null;

/** An answer as the history keeps it. The body of an intent that was taken says nothing that is judged. */
export const rowOf = (asked: Asked, { status, text, sentMs, endMs }: Answer): AttemptRow => {
  const { kind, gateway, from, to, work } = asked;
  const body = kind === 1 && status === 200 ? {} : parsed(text);
  return [kind, gateway, from, to, sentMs, endMs, status, codeOf(body), orderOf(body), work];
};

export const attemptOf = (row: AttemptRow, { gateways, agents }: HammerPlan): Attempt => {
  const [kind, gateway, from, to, sentMs, endMs, status, code, orderId, work] = row;
  const nameOf = (index: number): string => agents[index]?.name ?? '';
  return {
    kind: kind === 0 ? 'guard' : 'intent',
    gateway: gateways[gateway]?.name ?? '',
    from: nameOf(from),
    to: to < 0 ? null : nameOf(to),
    ...{ sentMs, endMs, status, code, orderId, work },
  };
};
