import { authorizeSpending, guardTool, type Address, type RouteDefinition } from '#contracts';
import { ApiProblem, type AnyCall } from '#platform';
import { ControlHistory, HISTORY_BEGINS_MS, orderIdOf, stopOrdered } from '#testing';
import { Gate } from './gate.js';
import type { HandOver } from './hand-over.js';
import { orRefused } from './late-refusal.js';

const MAILER = 'agent://acme/production/mailer' as Address;

/** `proofs`: what the clock says of the lease, one look after the other; the last one stays. */
const story = (...proofs: boolean[]) => {
  const control = new ControlHistory();
  const told: string[] = [];
  const gate = new Gate({
    view: control.view,
    clock: { nowMs: () => HISTORY_BEGINS_MS, monotonicMs: () => 0 },
    ready: () => (proofs.length > 1 ? proofs.shift() : proofs[0]) ?? true,
    onDecision: () => undefined,
    onLate: ({ what, agent, intentId }) => told.push(`late ${what} ${agent} ${intentId}`),
  });
  const handing: HandOver = {
    what: 'delivery',
    agent: MAILER,
    intentId: 'i-1',
    asks: [{ address: MAILER, act: 'deliver', capability: null }],
    parties: [MAILER],
    destroy: () => told.push('destroyed'),
    flag: () => told.push('flagged'),
  };
  const send = (): string => {
    told.push('sent');
    return 'value';
  };
  return { control, gate, handing, send, told };
};

describe('what is handed over', () => {
  it('is sent while the lease holds, before and after', () => {
    const { gate, handing, send, told } = story(true);
    expect(gate.handOver(handing, send)).toBe('value');
    expect(told).toEqual(['sent']);
  });

  it('is not sent once a stop is in force, though it was admitted before', () => {
    const { control, gate, handing, send, told } = story(true);
    control.append(stopOrdered({ agent: MAILER }, { id: 'one' }));
    const offered = gate.offer(handing, send);
    expect(offered).toMatchObject({ sent: false, refusal: { verdict: { code: 'agent_killed' } } });
    expect(() => gate.handOver(handing, send)).toThrow(orderIdOf('one'));
    expect(told).toEqual([]);
  });

  it('is not sent without a proof, and that is no stop', () => {
    const { gate, handing, send, told } = story(false);
    expect(gate.offer(handing, send)).toEqual({ sent: false, refusal: null });
    try {
      gate.handOver(handing, send);
    } catch (error) {
      expect((error as ApiProblem).code).toBe('gateway_fenced');
    }
    expect(told).toEqual([]);
    expect.assertions(3);
  });

  it('loses its connection when the lease ran out while it was sent, and is counted by name', () => {
    const { gate, handing, send, told } = story(true, false);
    expect(gate.handOver(handing, send)).toBe('value');
    expect(told).toEqual(['sent', `late delivery ${MAILER} i-1`, 'destroyed']);
  });
});

describe('what a session or a cap can still refuse', () => {
  const told: string[] = [];
  const control = new ControlHistory();
  const gate = new Gate({
    view: control.view,
    clock: { nowMs: () => HISTORY_BEGINS_MS, monotonicMs: () => 0 },
    ready: () => true,
    onDecision: ({ act, subject, refusedBy, orderId, declared }) =>
      told.push(`${act} ${subject} ${refusedBy} ${orderId} ${declared?.costMicroUsd ?? 0}`),
  });
  beforeEach(() => told.splice(0));
  const admitted = (route: RouteDefinition, body: object): AnyCall => {
    const principal = { kind: 'sa', address: MAILER };
    const call = { principal, body, request: {}, reply: {} } as unknown as AnyCall;
    gate.admit(route, call);
    return call;
  };
  const mail = { tool: 'mail.send', cost_usd: 0.5 };

  it('is counted when its end is known, and once', () => {
    const call = admitted(guardTool, mail);
    expect(told).toEqual([]);
    gate.ended(call, null);
    gate.ended(call, { code: 'budget_exceeded' });
    expect(told).toEqual(['guard mail.send null null 500000']);
  });

  it('is counted as refused by the code of what was thrown', async () => {
    const call = admitted(authorizeSpending, {});
    const refuse = async () => {
      throw new ApiProblem('budget_exceeded', 'Nothing is left.');
    };
    await expect(orRefused(gate, call, refuse)).rejects.toThrow('Nothing is left.');
    gate.ended(call, null);
    expect(told).toEqual(['guard budget.authorize budget_exceeded null 0']);
  });

  it('is not counted where it was badly written', async () => {
    const call = admitted(authorizeSpending, {});
    const refuse = async () => {
      throw new ApiProblem('invalid_field', 'amount is required.');
    };
    await expect(orRefused(gate, call, refuse)).rejects.toThrow('amount');
    expect(told).toEqual([]);
  });

  it('is counted at once where nothing can refuse it any more', () => {
    admitted(guardTool, { tool: 'mail.send' });
    control.append(stopOrdered({ agent: MAILER }, { id: 'one' }));
    gate.ended(admitted(guardTool, mail), null);
    expect(told).toEqual([
      'guard mail.send null null 0',
      `guard mail.send agent_killed ${orderIdOf('one')} 500000`,
    ]);
  });
});
