import type { Address, ControlFact, StopMode } from '#contracts';
import {
  agentRegistered,
  agentTagged,
  ControlHistory,
  HISTORY_BEGINS_MS,
  stopLifted,
  stopOrdered,
} from '#testing';
import fc from 'fast-check';
import type { StopOrder } from '../control/control-records.js';
import { capabilityMatches } from '../stop/capability.js';
import { covers, severity } from '../stop/covers.js';
import { judge } from './judge.js';
import type { Ask, GateAct } from './verdict.js';

const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const oneOf = <T>(values: readonly T[]) => fc.constantFrom(...values);
const org = oneOf(['acme', 'acm', 'globex']);
const namespace = fc.tuple(org, oneOf(['prod', 'production'])).map((parts) => parts.join('/'));
const address = fc
  .tuple(namespace, oneOf(['email', 'billing']))
  .map(([scope, name]) => `agent://${scope}/${name}` as Address);
const tag = oneOf(['bulk', 'mail']);
const mode = oneOf<StopMode>(['halt', 'pause', 'quarantine', 'drain']);
const capability = oneOf([undefined, undefined, 'intent:email.*', 'tool:*.refund', 'intent:*']);
const scope = fc.oneof(
  fc.record({ agent: address }),
  fc.record({ tag, namespace }),
  fc.record({ tag, org }),
  fc.record({ namespace }),
  fc.record({ org }),
);
const selector = fc
  .tuple(scope, capability)
  .map(([who, what]) => (what === undefined ? who : { ...who, capability: what }));
const drainUntil = oneOf(['2026-01-31T03:30:00.000Z', '2026-01-31T05:00:00.000Z']);
const nowMs = HISTORY_BEGINS_MS + 3_600_000;

const order = fc
  .record({ id: oneOf(letters), selector, mode, drainUntil })
  .map(({ id, selector: who, ...terms }) => stopOrdered(who, { id, ...terms }));
/** Two orders with one id are the same order. */
const orders = fc.uniqueArray(order, {
  maxLength: 8,
  selector: (fact) => (fact.type === 'StopOrdered' ? fact.data.orderId : ''),
});
const lift = oneOf(letters).map((id) => stopLifted(id));
const agents = fc.array(
  fc
    .tuple(address, fc.uniqueArray(tag))
    .map(([who, tags]) => [agentRegistered(who), agentTagged(who, ...tags)]),
  { maxLength: 6 },
);
const ask: fc.Arbitrary<Ask> = fc.record({
  address,
  act: oneOf<GateAct>(['receive', 'deliver', 'send', 'answer', 'guard', 'read']),
  capability: oneOf([null, 'intent:email.send.v1', 'tool:stripe.refund']),
  investigator: fc.boolean(),
  inFlight: fc.boolean(),
});

/** Every order that holds the act, found by asking each order there is. */
const naive = (history: ControlHistory, { address: asked, capability: act }: Ask): StopOrder[] =>
  history.view.orders().filter((one) => {
    const tags = history.view.agent(asked as Address)?.tags ?? [];
    const narrowed = one.selector.capability;
    const applies = narrowed === undefined || (act !== null && capabilityMatches(narrowed, act));
    return one.lift === null && applies && covers(one.selector, { address: asked, tags });
  });
const effective = (one: StopOrder): StopMode =>
  one.mode === 'drain' && nowMs >= (one.drainUntilMs ?? 0) ? 'halt' : one.mode;
/** The table of architecture.md, said the other way round: what passes. */
const passes = (held: StopMode, { act, investigator, inFlight }: Ask): boolean => {
  if (held === 'pause') return act === 'receive';
  if (held === 'quarantine') return investigator === true && act !== 'guard';
  if (held === 'drain')
    return act === 'read' || (inFlight === true && !['receive', 'deliver'].includes(act));
  return false;
};
const outcome = (history: ControlHistory, one: Ask) => {
  const verdict = judge(history.view, one, nowMs);
  const hold = verdict.allowed ? verdict.heldBy : verdict.hold;
  return { allowed: verdict.allowed, mode: hold?.mode ?? null };
};
const told = (...facts: ControlFact[][]) => new ControlHistory().all(facts.flat());

describe('the gate', () => {
  it('says what a scan of all orders says', () =>
    fc.assert(
      fc.property(
        orders,
        agents,
        fc.array(lift, { maxLength: 3 }),
        ask,
        (stops, fleet, lifts, one) => {
          const history = told(fleet.flat(), stops, lifts);
          const modes = naive(history, one).map(effective);
          const worst = modes.sort((a, b) => severity[b] - severity[a])[0] ?? null;
          expect(outcome(history, one)).toEqual({
            allowed: worst === null || passes(worst, one),
            mode: worst,
          });
        },
      ),
      { numRuns: 1000 },
    ));

  it('does not care in what order, or how often, stops and lifts are read', () =>
    fc.assert(
      fc.property(
        orders,
        fc.array(lift, { maxLength: 3 }),
        fc.array(fc.nat(), { minLength: 22, maxLength: 22 }),
        ask,
        (stops, lifts, dice, one) => {
          const facts = [...stops, ...lifts];
          const shuffled = [...facts, ...facts]
            .map((fact, index) => ({ fact, at: dice[index] ?? 0 }))
            .sort((a, b) => a.at - b.at)
            .map(({ fact }) => fact);
          expect(outcome(told(shuffled), one)).toEqual(outcome(told(facts), one));
        },
      ),
      { numRuns: 500 },
    ));

  it('frees nothing by a lift that another order still holds', () =>
    fc.assert(
      fc.property(orders, agents, lift, ask, (stops, fleet, gone, one) => {
        const lifted = gone.type === 'StopLifted' ? gone.data.orderId : null;
        const others = stops.filter(
          (fact) => fact.type === 'StopOrdered' && fact.data.orderId !== lifted,
        );
        const alone = outcome(told(fleet.flat(), others), one);
        expect(outcome(told(fleet.flat(), stops, [gone]), one)).toEqual(alone);
      }),
      { numRuns: 500 },
    ));

  it('holds from birth whom a standing stop covers', () =>
    fc.assert(
      fc.property(orders, agents, ask, (stops, fleet, one) => {
        const before = outcome(told(fleet.flat(), stops), one);
        expect(outcome(told(stops, fleet.flat()), one)).toEqual(before);
      }),
      { numRuns: 500 },
    ));

  it('tells the shell of every verdict that changes', () =>
    fc.assert(
      fc.property(
        fc.array(fc.oneof(order, lift), { maxLength: 8 }),
        agents,
        ask,
        (facts, fleet, one) => {
          const history = new ControlHistory();
          for (const fact of [...fleet.flat(), ...facts]) {
            const before = outcome(history, one);
            const change = history.append(fact);
            const same = JSON.stringify(outcome(history, one)) === JSON.stringify(before);
            expect(same || change.touches(one.address)).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    ));
});
