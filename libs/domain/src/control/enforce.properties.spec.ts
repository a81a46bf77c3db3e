import type { Address, ControlEvent, ControlFact, StopMode } from '#contracts';
import {
  agentRegistered,
  agentTagged,
  ControlHistory,
  HISTORY_BEGINS_MS,
  orderIdOf,
  recorded,
  stopLifted,
  stopOrdered,
} from '#testing';
import fc from 'fast-check';
import { ControlView, type StoredControlEvent } from './control-view.js';

type Ordered = ControlEvent & { type: 'StopOrdered' };

const letters = ['a', 'b', 'c', 'd'];
const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values);
const email = 'agent://acme/prod/email' as Address;
const billing = 'agent://acme/prod/billing' as Address;
const selector = oneOf<object>([
  { agent: email },
  { agent: billing },
  { tag: 'bulk', org: 'acme' },
  { namespace: 'acme/prod' },
  { org: 'acme', capability: 'tool:*' },
]);
const mode = oneOf<StopMode>(['halt', 'pause', 'quarantine', 'drain']);
const id = oneOf(letters);
/** Not only what the protocol allows: a log in any order, with repeats and with lifts before orders. */
const fact: fc.Arbitrary<ControlFact> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(id, selector, mode)
      .map(([one, who, how]) => stopOrdered(who, { id: one, mode: how })),
  },
  { weight: 2, arbitrary: id.map((one) => stopLifted(one)) },
  id.map((one): ControlFact => ({
    type: 'StopReasonGiven',
    data: { orderId: orderIdOf(one), reason: 'why' },
  })),
  id.map((one): ControlFact => ({
    type: 'StopRepeated',
    data: { orderId: orderIdOf(one), reason: null },
  })),
  fc.boolean().map((tagged) => agentTagged(email, ...(tagged ? ['bulk'] : []))),
);
const log = fc.array(fact, { maxLength: 14 });
/** Pushes of any order, at any time; what they say may differ from what the log says of the same id. */
const pushes = fc.array(
  fc.record({ before: fc.nat({ max: 16 }), one: id, who: selector, how: mode }),
  { maxLength: 8 },
);

const NOW_MS = HISTORY_BEGINS_MS + 3_600_000;
const acts = [null, 'tool:stripe.refund', 'intent:email.send.v1'];

/** Everything that a verdict, an answer or a list is made of. */
const picture = (view: ControlView) => ({
  position: view.position,
  orders: view.orders(),
  standing: [...view.standing('acme' as never)],
  byId: letters.map((one) => view.order(orderIdOf(one))),
  held: [email, billing].map((address) => ({
    holding: view.holding(address),
    strictest: acts.map((act) => view.strictestHold(address, act, NOW_MS)),
    liftedAtMs: view.liftedAtMs(address),
  })),
});

const stored = (facts: readonly ControlFact[]): StoredControlEvent[] => {
  const history = new ControlHistory();
  return [agentRegistered(email), agentRegistered(billing), ...facts].map((one) =>
    history.stored(one),
  );
};

const pushed = ({ one, who, how }: { one: string; who: object; how: StopMode }): Ordered =>
  recorded(stopOrdered(who, { id: one, mode: how }), 9000) as Ordered;

describe('an order that is pushed before the log tells of it', () => {
  const fact = stopOrdered({ agent: email });
  const early = recorded(fact, 9000) as Ordered;

  it('is told of twice: when it holds, and when the log has it', () => {
    const history = new ControlHistory();
    const enforced = history.view.enforce(early);
    expect(enforced).toMatchObject({
      sequence: null,
      ordered: { sequence: null, lastSequence: 0 },
    });
    expect([enforced.touches(email), enforced.touches(billing)]).toEqual([true, false]);
    const committed = history.append(fact);
    expect(committed).toMatchObject({ sequence: 1, ordered: { sequence: 1, lastSequence: 1 } });
    expect(committed.touches(email)).toBe(true);
    expect(history.view.holding(email)).toHaveLength(1);
  });

  it('is never added again once it was lifted, however late the push', () => {
    const history = new ControlHistory().all([fact, stopLifted()]);
    expect(history.view.enforce(early).ordered).toBeNull();
    expect(history.view.holding(email)).toEqual([]);
  });

  it('is repeated by a second stop, and listed as the newest', () => {
    const history = new ControlHistory().all([stopOrdered({ agent: billing }, { id: 'two' })]);
    history.view.enforce(early);
    expect(history.view.standingOn('halt', { agent: email })?.orderId).toBe(orderIdOf('one'));
    const ids = history.view.orders().map(({ orderId }) => orderId);
    expect(ids).toEqual([orderIdOf('one'), orderIdOf('two')]);
  });

  it('opens nothing: an unreadable event on its subject closes what it would close without the push', () => {
    const history = new ControlHistory();
    history.view.enforce(early);
    const subject = `control.acme.prod.stop.${orderIdOf('one')}`;
    history.appendUnknown({ type: 'StopOrdered', org: 'acme', workspace: 'prod' }, subject);
    expect(history.view.closed(billing)).toMatchObject({ type: 'StopOrdered' });
  });

  it('leaves no trace but the stop, once the log is read: the view is the one of the log alone', () =>
    fc.assert(
      fc.property(log, pushes, (facts, early) => {
        const events = stored(facts);
        const alone = new ControlView();
        for (const event of events) alone.apply(event);

        const view = new ControlView();
        const inLog = new Set(
          facts.flatMap((one) => ('orderId' in one.data ? [one.data.orderId] : [])),
        );
        // An order that the log never gets stays in force: that is another rule, below.
        const pushedIds = early.filter(({ one }) => inLog.has(orderIdOf(one)));
        for (const [index, event] of events.entries()) {
          for (const push of pushedIds) if (push.before === index) view.enforce(pushed(push));
          view.apply(event);
        }
        for (const push of pushedIds) if (push.before >= events.length) view.enforce(pushed(push));
        const unlogged = [...view.standing()].filter(({ sequence }) => sequence === null);
        fc.pre(unlogged.length === 0);
        expect(picture(view)).toEqual(picture(alone));
      }),
      { numRuns: 2000, seed: 3 },
    ));

  it('holds at once, whatever the log says later, until a lift', () =>
    fc.assert(
      fc.property(log, fc.record({ one: id, who: selector, how: mode }), (facts, push) => {
        const view = new ControlView();
        for (const event of stored(facts)) view.apply(event);
        const wasLifted = facts.some(
          (one) => one.type === 'StopLifted' && one.data.orderId === orderIdOf(push.one),
        );
        const { ordered, touches } = view.enforce(pushed(push));
        const standing = [...view.standing()].map(({ orderId }) => orderId);
        expect(standing.includes(orderIdOf(push.one))).toBe(!wasLifted);
        if (ordered) expect(ordered.sequence).toBeNull();
        const holds = view.holding(email).some(({ orderId }) => orderId === ordered?.orderId);
        expect(ordered === null || touches(email) === holds).toBe(true);
        expect(view.enforce(pushed(push)).ordered).toBeNull();
      }),
      { numRuns: 1000, seed: 4 },
    ));
});
