import { parseDestination, type Address, type AddressParts, type IntentId } from '#contracts';
import { ControlHistory, HISTORY_BEGINS_MS, orderIdOf, stopOrdered } from '#testing';
import { Gate } from '../gate/gate.js';
import { WorkInHand } from './work-in-hand.js';

const MAILER = 'agent://acme/production/mailer' as Address;
const ID = '018f0000-0000-7000-8000-000000000001' as IntentId;

const story = () => {
  const control = new ControlHistory();
  const clock = { nowMs: () => HISTORY_BEGINS_MS, monotonicMs: () => 0 };
  const gate = new Gate({
    view: control.view,
    clock,
    ready: () => true,
    onDecision: () => undefined,
  });
  const back: string[] = [];
  const freed: string[] = [];
  const inHand = new WorkInHand({
    gate,
    clock,
    visibilityMs: 90_000,
    giveBack: (hand, hold) => back.push(`${hand.intentId} ${hold.order.orderId}`),
  });
  inHand.add({
    intentId: ID,
    intentType: 'email.send.v1',
    to: parseDestination(MAILER) as AddressParts,
    agent: MAILER,
    token: 'token',
    free: () => freed.push(ID),
  });
  const stop = (selector: object, terms: Parameters<typeof stopOrdered>[1] = {}) =>
    inHand.review(control.append(stopOrdered(selector, terms)));
  return { inHand, back, freed, stop };
};

describe('work in hand', () => {
  it.each(['halt', 'pause', 'quarantine'] as const)('is taken back by a %s, once', (mode) => {
    const { back, freed, stop, inHand } = story();
    stop({ agent: MAILER }, { mode });
    stop({ org: 'acme' }, { id: 'two', mode });
    expect(back).toEqual([`${ID} ${orderIdOf('one')}`]);
    expect([freed, inHand.size]).toEqual([[ID], 0]);
  });

  it('stays with a draining agent', () => {
    const { back, stop, inHand } = story();
    stop({ agent: MAILER }, { mode: 'drain', drainUntil: '2030-01-01T00:00:00.000Z' });
    expect([back, inHand.holds(MAILER)]).toEqual([[], true]);
  });

  it('is left alone by stops on others and on other kinds of work', () => {
    const { back, stop } = story();
    stop({ agent: 'agent://acme/production/billing' });
    stop({ agent: MAILER, capability: 'intent:invoice.*' }, { id: 'two' });
    expect(back).toEqual([]);
    stop({ agent: MAILER, capability: 'intent:email.*' }, { id: 'three' });
    expect(back).toEqual([`${ID} ${orderIdOf('three')}`]);
  });

  it('makes room in its stream when it is answered', () => {
    const { freed, inHand } = story();
    inHand.answered(ID);
    inHand.answered(ID);
    expect([freed, inHand.size]).toEqual([[ID], 0]);
  });
});
