import type { StopMode } from '#contracts';
import type { ControlView } from '../control/control-view.js';
import { stopWords } from './stop-words.js';
import type { Allowed, Ask, GateAct, Verdict } from './verdict.js';

/** `never`; `yes`; only where the other side may look into a quarantine; only while delivered work is open. */
type Rule = 'never' | 'yes' | 'investigators' | 'in-flight';

/**
 * What passes under each mode. A read starts no work, so a draining agent may read what it finishes; the tool calls of a
 * quarantined agent reach others than the investigators, so none passes.
 */
const rules: Readonly<Record<StopMode, Readonly<Record<GateAct, Rule>>>> = {
  halt: {
    receive: 'never',
    deliver: 'never',
    send: 'never',
    answer: 'never',
    guard: 'never',
    read: 'never',
  },
  pause: {
    receive: 'yes',
    deliver: 'never',
    send: 'never',
    answer: 'never',
    guard: 'never',
    read: 'never',
  },
  quarantine: {
    receive: 'investigators',
    deliver: 'investigators',
    send: 'investigators',
    answer: 'investigators',
    guard: 'never',
    read: 'investigators',
  },
  drain: {
    receive: 'never',
    deliver: 'never',
    send: 'in-flight',
    answer: 'in-flight',
    guard: 'in-flight',
    read: 'yes',
  },
};

const FREE: Allowed = { allowed: true, heldBy: null };

/**
 * The one gate: every route asks it, and it answers from memory. The strictest order decides (halt > quarantine > pause >
 * drain); where none forbids the act, an address that an unreadable event closed is denied all the same. `nowMs`
 * is wall-clock time in milliseconds and matters to the deadlines of drains alone.
 */
export const judge = (view: ControlView, ask: Ask, nowMs: number): Verdict => {
  const hold = view.strictestHold(ask.address, ask.capability, nowMs);
  if (hold !== null && !passes(rules[hold.mode][ask.act], ask)) {
    return { allowed: false, code: stopWords[hold.mode].code, hold };
  }
  const unknown = view.closed(ask.address);
  if (unknown !== null) return { allowed: false, code: 'gateway_fenced', hold: null, unknown };
  return hold === null ? FREE : { allowed: true, heldBy: hold };
};

const passes = (rule: Rule, ask: Ask): boolean => {
  switch (rule) {
    case 'never':
      return false;
    case 'yes':
      return true;
    case 'investigators':
      return ask.investigator === true;
    case 'in-flight':
      return ask.inFlight === true;
  }
};
