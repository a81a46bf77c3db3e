import type { FactOf, WebhookRevoked, WebhookSubscribed } from '#contracts';
import { accept, type Decider, type Decision, reject } from '../decider.js';

type Subscription = FactOf<typeof WebhookSubscribed>['data'];
export type WebhookFact = FactOf<typeof WebhookSubscribed | typeof WebhookRevoked>;
export type SubscribeWebhook = { readonly type: 'SubscribeWebhook' } & Subscription;
/** The whole of it anew; its id, its org and its workspace stay. */
export type ChangeWebhook = { readonly type: 'ChangeWebhook' } & Subscription;
export type RevokeWebhook = { readonly type: 'RevokeWebhook' } & FactOf<
  typeof WebhookRevoked
>['data'];
export type WebhookCommand = SubscribeWebhook | ChangeWebhook | RevokeWebhook;

export type WebhookState =
  | { readonly status: 'absent' }
  | { readonly status: 'standing'; readonly subscription: Subscription }
  | { readonly status: 'revoked' };
export type WebhookRejection = 'ALREADY_EXISTS' | 'WEBHOOK_UNKNOWN' | 'WEBHOOK_REVOKED';
type WebhookDecision = Decision<WebhookFact, WebhookRejection>;

const subscribe = (data: Subscription, state: WebhookState): WebhookDecision =>
  state.status === 'absent'
    ? accept({ type: 'WebhookSubscribed', data })
    : reject('ALREADY_EXISTS');

const change = (data: Subscription, state: WebhookState): WebhookDecision => {
  switch (state.status) {
    case 'absent':
      return reject('WEBHOOK_UNKNOWN');
    case 'revoked':
      return reject('WEBHOOK_REVOKED');
    case 'standing':
      return accept({ type: 'WebhookSubscribed', data });
  }
};

const revoke = (
  data: FactOf<typeof WebhookRevoked>['data'],
  state: WebhookState,
): WebhookDecision => {
  if (state.status === 'absent') return reject('WEBHOOK_UNKNOWN');
  return state.status === 'revoked' ? accept() : accept({ type: 'WebhookRevoked', data });
};

const decide = (command: WebhookCommand, state: WebhookState): WebhookDecision => {
  const { type, ...data } = command;
  switch (type) {
    case 'SubscribeWebhook':
      return subscribe(data as Subscription, state);
    case 'ChangeWebhook':
      return change(data as Subscription, state);
    case 'RevokeWebhook':
      return revoke(data as FactOf<typeof WebhookRevoked>['data'], state);
  }
};

const evolve = (state: WebhookState, event: WebhookFact): WebhookState => {
  switch (event.type) {
    case 'WebhookSubscribed':
      return state.status === 'revoked' ? state : { status: 'standing', subscription: event.data };
    case 'WebhookRevoked':
      return state.status === 'absent' ? state : { status: 'revoked' };
  }
};

/** A subscription ends once, for good; until then it may be changed. */
export const webhookDecider: Decider<WebhookState, WebhookCommand, WebhookFact, WebhookRejection> =
  { decide, evolve, initialState: { status: 'absent' } };
