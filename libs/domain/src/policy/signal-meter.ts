import type { Conditions } from '#contracts';
import { evidence, type Finding, never, NOTHING } from './finding.js';
import type { Meter, Saved } from './meter.js';
import { atLeastAsSevere, type SeenSignal } from './seen-signal.js';

/** Conditions that were told; beyond, the oldest is forgotten. */
const KNOWN_MAX = 100;

/** What monitoring says about an agent. The same condition is one finding, however often it is told. */
export class SignalMeter implements Meter {
  readonly #known = new Set<string>();

  constructor(private readonly is: Conditions['signal']) {}

  signal(signal: SeenSignal): readonly Finding[] {
    if (!this.#isMeant(signal) || this.#known.has(signal.key)) return NOTHING;
    const [oldest] = this.#known;
    if (oldest !== undefined && this.#known.size >= KNOWN_MAX) this.#known.delete(oldest);
    this.#known.add(signal.key);
    const subject = `${signal.source} ${signal.metric}`;
    const told = () => evidence({ condition: 'signal', subject, says: saysOf(signal) });
    return [
      { share: Infinity, key: signal.key, atMs: signal.atMs, overInMs: never, evidence: told },
    ];
  }

  #isMeant(signal: SeenSignal): boolean {
    const { source = signal.source, metric = signal.metric, severity } = this.is;
    return (
      source === signal.source &&
      metric === signal.metric &&
      atLeastAsSevere(signal.severity, severity)
    );
  }

  save(): Saved {
    return [...this.#known];
  }

  restore(saved: Saved): void {
    for (const key of saved as string[]) this.#known.add(key);
  }
}

const saysOf = ({ source, metric, severity, message }: SeenSignal): string => {
  const named = `${source}: ${metric} is ${severity}`;
  return message === null ? named : `${named}: ${message}`;
};
