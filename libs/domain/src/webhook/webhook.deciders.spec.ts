import { specFor } from '#testing';
import { alertDecider } from './alert.decider.js';
import { webhookDecider, type WebhookCommand, type WebhookFact } from './webhook.decider.js';

const ID = '018f4e2a-0000-7000-8000-0000000000bb';
const subscription = (more: object = {}) =>
  ({ subscriptionId: ID, org: 'acme', secrets: ['one'], ...more }) as never;
const subscribed = (more: object = {}): WebhookFact => ({
  type: 'WebhookSubscribed',
  data: subscription(more),
});
const revoked: WebhookFact = {
  type: 'WebhookRevoked',
  data: { subscriptionId: ID, org: 'acme', cause: 'operator' } as never,
};
const command = (type: WebhookCommand['type'], more: object = {}): WebhookCommand =>
  ({ type, ...(subscription(more) as object) }) as WebhookCommand;
const revoke = { type: 'RevokeWebhook', ...(revoked.data as object) } as WebhookCommand;

const given = specFor(webhookDecider);

describe('SubscribeWebhook', () => {
  it('stands from now on', () => given().when(command('SubscribeWebhook')).then(subscribed()));
  it('is refused where the id is taken', () =>
    given(subscribed()).when(command('SubscribeWebhook')).thenRejected('ALREADY_EXISTS'));
});

describe('ChangeWebhook', () => {
  it('replaces the whole of it', () =>
    given(subscribed())
      .when(command('ChangeWebhook', { secrets: ['two', 'one'] }))
      .then(subscribed({ secrets: ['two', 'one'] })));
  it('is refused before it was made', () =>
    given().when(command('ChangeWebhook')).thenRejected('WEBHOOK_UNKNOWN'));
  it('is refused after its end', () =>
    given(subscribed(), revoked).when(command('ChangeWebhook')).thenRejected('WEBHOOK_REVOKED'));
});

describe('RevokeWebhook', () => {
  it('ends it', () => given(subscribed()).when(revoke).then(revoked));
  it('is silent when repeated', () => given(subscribed(), revoked).when(revoke).thenNothing());
  it('is refused for one that never was', () =>
    given().when(revoke).thenRejected('WEBHOOK_UNKNOWN'));
});

describe('SetAlert', () => {
  const cap = (alertPct: number[]) =>
    ({ type: 'BudgetSet', data: { org: 'acme', capMicro: 1, alertPct } }) as never;
  const alert = (alertPct: number[]) => ({ type: 'SetAlert', alertPct }) as const;
  const givenBudget = specFor(alertDecider);

  it('changes the shares, and leaves the cap', () =>
    givenBudget(cap([80]))
      .when(alert([90]))
      .then(cap([90])));
  it('is silent when they are so already', () =>
    givenBudget(cap([80]))
      .when(alert([80]))
      .thenNothing());
  it('is refused without a cap', () =>
    givenBudget()
      .when(alert([80]))
      .thenRejected('BUDGET_UNKNOWN'));
});
