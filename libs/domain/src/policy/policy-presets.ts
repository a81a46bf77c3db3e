import { PolicyDocument, type PolicyMode, type PolicyTarget } from '#contracts';
import type { z } from 'zod';

/** Policies for those who want one by a single word. */
export const presetNames = ['cautious', 'payments', 'batch'] as const;
export type PresetName = (typeof presetNames)[number];

type Rules = z.input<typeof PolicyDocument>['rules'];

const rules: Readonly<Record<PresetName, Rules>> = {
  /** For an agent nobody knows yet: paused early, and told about often. */
  cautious: [
    { when: { intents: { over: 600, per: 'hour' } }, then: 'pause', warn_at: 0.8 },
    { when: { cost_usd: { over: 10, per: 'day' } }, then: 'pause', warn_at: 0.8 },
    { when: { error_rate: { over: 0.5, per: 'hour' } }, then: 'pause' },
    { when: { refusal_rate: { over: 30, per: 'minute' } }, then: 'quarantine' },
    { when: { burst: {} }, then: 'alert' },
    { when: { heartbeat_age: { over: 900 } }, then: 'alert' },
  ],
  /** For an agent that moves money: slowed down, then stopped. */
  payments: [
    {
      when: { intents: { over: 60, per: 'minute' } },
      then: { throttle: { to: 10, per: 'minute' } },
    },
    { when: { cost_usd: { over: 10, per: 'hour' } }, then: 'pause', warn_at: 0.8 },
    { when: { cost_usd: { over: 50, per: 'day' } }, then: 'halt', warn_at: 0.8 },
    { when: { error_rate: { over: 0.2, per: 'hour', min_samples: 10 } }, then: 'pause' },
    { when: { refusal_rate: { over: 10, per: 'minute' } }, then: 'quarantine' },
    { when: { drift: { of: 'cost_usd' } }, then: 'alert' },
  ],
  /** For an agent that does much and talks little: held to a pace. */
  batch: [
    {
      when: { intents: { over: 10_000, per: 'hour' } },
      then: { throttle: { to: 100, per: 'minute' } },
    },
    { when: { cost_usd: { over: 200, per: 'day' } }, then: 'pause', warn_at: 0.8 },
    { when: { error_rate: { over: 0.3, per: 'hour', min_samples: 100 } }, then: 'pause' },
    { when: { heartbeat_age: { over: 3600 } }, then: 'alert' },
  ],
};

const says: Readonly<Record<PresetName, string>> = {
  cautious: 'Preset "cautious": pauses early and tells often.',
  payments: 'Preset "payments": slows down, then stops what moves money.',
  batch: 'Preset "batch": holds long work to a pace.',
};

/** The whole document, ready to be looked at, changed and set. */
export const presetPolicy = (
  preset: PresetName,
  { name, target, mode }: { name: string; target: PolicyTarget; mode?: PolicyMode },
): PolicyDocument =>
  PolicyDocument.parse({
    name,
    target,
    ...(mode && { mode }),
    rules: rules[preset],
    description: says[preset],
  });
