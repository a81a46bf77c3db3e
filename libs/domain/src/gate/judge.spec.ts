import type { Address, QueueAddress, StopMode } from '#contracts';
import {
  agentRegistered,
  agentTagged,
  ControlHistory,
  HISTORY_BEGINS_MS,
  orderIdOf,
  stopLifted,
  stopOrdered,
} from '#testing';
import { judge } from './judge.js';
import type { Ask, GateAct } from './verdict.js';

const email = 'agent://acme/production/email' as Address;
const billing = 'agent://acme/production/billing' as Address;
const nowMs = HISTORY_BEGINS_MS + 3_600_000;
const deadline = '2026-01-31T04:30:00.000Z';
const afterDeadline = Date.parse(deadline);

const asks = (act: GateAct, over: Partial<Ask> = {}): Ask => ({
  address: email,
  act,
  capability: act === 'guard' ? 'tool:stripe.refund' : 'intent:email.send.v1',
  ...over,
});
const word = (history: ControlHistory, ask: Ask, atMs = nowMs): string => {
  const verdict = judge(history.view, ask, atMs);
  if (verdict.allowed) return verdict.heldBy ? 'held' : 'free';
  return verdict.code;
};
const stopped = (mode: StopMode) =>
  new ControlHistory().all([stopOrdered({ agent: email }, { mode, drainUntil: deadline })]);

const acts: GateAct[] = ['receive', 'deliver', 'send', 'answer', 'guard', 'read'];

// Each row: mode, what is true of the ask, then one word for each act in the order above.
// "-" is the refusal of the mode, "held" passes although a stop stands.
const table: [StopMode, string, string][] = [
  ['halt', 'plain', '- - - - - -'],
  ['halt', 'investigator', '- - - - - -'],
  ['halt', 'in flight', '- - - - - -'],
  ['pause', 'plain', 'held - - - - -'],
  ['pause', 'investigator', 'held - - - - -'],
  ['pause', 'in flight', 'held - - - - -'],
  ['quarantine', 'plain', '- - - - - -'],
  ['quarantine', 'investigator', 'held held held held - held'],
  ['quarantine', 'in flight', '- - - - - -'],
  ['drain', 'plain', '- - - - - held'],
  ['drain', 'investigator', '- - - - - held'],
  ['drain', 'in flight', '- - held held held held'],
];
const codes: Record<StopMode, string> = {
  halt: 'agent_killed',
  pause: 'agent_paused',
  quarantine: 'agent_quarantined',
  drain: 'agent_draining',
};

describe('the table of modes', () => {
  it.each(table)('%s, %s: %s', (mode, kind, row) => {
    const truth = { investigator: kind === 'investigator', inFlight: kind === 'in flight' };
    const words = acts.map((act) => word(stopped(mode), asks(act, truth)));
    expect(words.map((said) => (said === codes[mode] ? '-' : said)).join(' ')).toBe(row);
  });

  it('lets everything pass that no stop covers', () =>
    expect(acts.map((act) => word(stopped('halt'), asks(act, { address: billing })))).toEqual(
      acts.map(() => 'free'),
    ));

  it('lets everything pass again after the lift', () => {
    const history = stopped('halt').all([stopLifted()]);
    expect(acts.map((act) => word(history, asks(act)))).toEqual(acts.map(() => 'free'));
  });
});

describe('a drain', () => {
  it('is a halt from its deadline on', () => {
    const ask = asks('send', { inFlight: true });
    expect(word(stopped('drain'), ask, afterDeadline - 1)).toBe('held');
    expect(word(stopped('drain'), ask, afterDeadline)).toBe('agent_killed');
    expect(judge(stopped('drain').view, ask, afterDeadline)).toMatchObject({
      hold: { mode: 'halt', order: { mode: 'drain' } },
    });
  });
  it('without a deadline has no grace', () => {
    const history = new ControlHistory().all([stopOrdered({ agent: email }, { mode: 'drain' })]);
    expect(word(history, asks('send', { inFlight: true }))).toBe('agent_killed');
  });
});

describe('a stop narrowed by a capability', () => {
  const narrowed = (capability: string) =>
    new ControlHistory().all([stopOrdered({ agent: email, capability })]);

  it.each([
    ['intent:email.*', asks('send'), 'agent_killed'],
    ['intent:billing.*', asks('send'), 'free'],
    ['tool:stripe.*', asks('guard'), 'agent_killed'],
    ['tool:stripe.*', asks('send'), 'free'],
    ['intent:*', asks('read', { capability: null }), 'free'],
  ])('%s', (capability, ask, expected) => expect(word(narrowed(capability), ask)).toBe(expected));
});

describe('overlapping stops', () => {
  it('are judged by the strictest: halt, quarantine, pause, drain', () => {
    const modes: StopMode[] = ['drain', 'pause', 'quarantine', 'halt'];
    const history = new ControlHistory();
    const said = modes.map((mode) => {
      history.append(stopOrdered({ agent: email }, { id: mode, mode, drainUntil: deadline }));
      return word(history, asks('send'));
    });
    expect(said).toEqual(modes.map((mode) => codes[mode]));
  });

  it('are taken from agent, tag, namespace and org alike', () => {
    const selectors = [
      { agent: email },
      { tag: 'bulk', namespace: 'acme/production' },
      { tag: 'bulk', org: 'acme' },
      { namespace: 'acme/production' },
      { org: 'acme' },
    ];
    for (const selector of selectors) {
      const history = new ControlHistory().all([
        agentRegistered(email),
        agentTagged(email, 'bulk'),
      ]);
      history.append(stopOrdered({ org: 'acme' }, { id: 'pause', mode: 'pause' }));
      history.append(stopOrdered(selector, { id: 'halt' }));
      expect(judge(history.view, asks('send'), nowMs)).toMatchObject({
        code: 'agent_killed',
        hold: { order: { orderId: orderIdOf('halt') } },
      });
    }
  });
});

describe('a queue', () => {
  const queue = 'queue://acme/production/mail' as QueueAddress;
  it('is held by stops on its namespace and org', () => {
    const history = new ControlHistory().all([stopOrdered({ namespace: 'acme/production' })]);
    expect(word(history, asks('receive', { address: queue }))).toBe('agent_killed');
  });
  it('is not held by a stop on the agent of its name', () => {
    const history = new ControlHistory().all([
      stopOrdered({ agent: 'agent://acme/production/mail' }),
    ]);
    expect(word(history, asks('receive', { address: queue }))).toBe('free');
  });
});

describe('a closed agent', () => {
  it('is denied every act, as something that is not known rather than stopped', () => {
    const history = new ControlHistory();
    history.appendUnknown({ address: email });
    const words = acts.map((act) => word(history, asks(act)));
    expect(words).toEqual(acts.map(() => 'gateway_fenced'));
    expect(word(history, asks('send', { address: billing }))).toBe('free');
  });
  it('is denied what its stop would let pass', () => {
    const history = stopped('pause');
    history.appendUnknown({ address: email });
    expect(word(history, asks('receive'))).toBe('gateway_fenced');
    expect(word(history, asks('send'))).toBe('agent_paused');
  });
});
