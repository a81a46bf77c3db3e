import type { ActivityEvent, Address, Evidence, PolicyAction } from '#contracts';
import type { PolicyRecord } from '../control/governance-records.js';
import { ClockOffsets } from './clock-offsets.js';
import type { Firing } from './firing.js';
import { gatewayTimeMs, isMeasured, type Observation, observationOf } from './observation.js';
import { PolicyMeters } from './policy-meters.js';
import type { PolicyView } from './policy-index.js';
import { isStop } from './policy-reactions.js';
import type { StoredAs } from './policy-evaluation.js';

/** The first time that a rule would have acted on an agent, and what came after it. */
export interface BacktestResult {
  readonly rule: number;
  readonly address: Address;
  readonly atMs: number;
  readonly action: PolicyAction;
  readonly evidence: Evidence;
  times: number;
  /** Millionths of a dollar, the larger of what was reported and what was declared. */
  readonly saved: { reported: number; declared: number; intents: number };
}

/** Silences are looked for so often, by the log's clock. */
const CHECK_EVERY_MS = 30_000;
/** Results that are kept one by one; beyond, they are only counted. */
const RESULTS_MAX = 1000;

/**
 * What a policy would have done to recorded activity: the meters that evaluate policies, with nothing done about what they
 * find. Agents have the tags of now; signals and the beginning of sessions are not part of it, and no brake holds anything
 * back but the cliff of heartbeats.
 */
export class Backtest {
  events = 0;
  unreadable = 0;
  fired = 0;
  cliffs = 0;
  readonly #beyond = new Set<string>();
  readonly #results = new Map<string, BacktestResult>();
  readonly #byAgent = new Map<Address, BacktestResult[]>();
  readonly #meters: PolicyMeters;
  readonly #offsets = new ClockOffsets();
  readonly #view: PolicyView & { isHeld(): boolean };

  constructor(record: PolicyRecord, view: Pick<PolicyView, 'agent'>) {
    const enforced = { ...record, document: { ...record.document, mode: 'enforce' as const } };
    this.#view = {
      policies: { generation: 1, all: () => only(enforced), restrictionsOf: () => [] },
      agent: (address) => view.agent(address),
      isHeld: () => false,
    };
    this.#meters = new PolicyMeters({
      isOwn: () => true,
      checkEveryMs: CHECK_EVERY_MS,
      onFiring: (firing) => this.#fired(firing),
      onCliff: () => (this.cliffs += 1),
    });
  }

  /** Agents within the target that were seen. */
  get agents(): number {
    return this.#meters.agents;
  }

  /** In the order of their first firing. */
  results(): readonly BacktestResult[] {
    return [...this.#results.values()];
  }

  activity({ storedAtMs, decoded }: StoredAs<ActivityEvent>): void {
    this.events += 1;
    if (!decoded.known) return void (this.unreadable += 1);
    const { event } = decoded;
    if (!isMeasured(event)) return;
    const gatewayMs = gatewayTimeMs(event);
    const atMs = this.#offsets.logTimeOf(event.data.gateway, gatewayMs, storedAtMs);
    const seen = observationOf(event, { atMs, storedAtMs });
    this.#save(seen);
    this.#meters.observe(this.#view, seen);
  }

  /** The end of the time that is looked at. */
  end(nowMs: number): void {
    this.#meters.advance(this.#view, nowMs);
  }

  /** Before it is measured: the act that breached the rule had happened. */
  #save(seen: Observation): void {
    for (const { saved, action } of this.#byAgent.get(seen.address) ?? []) {
      if (!isStop(action)) continue;
      saved.reported += seen.costReported;
      saved.declared += seen.costDeclared;
      saved.intents += seen.sent;
    }
  }

  #fired({ what, rule, address, atMs, action, evidence }: Firing): void {
    if (what !== 'breach') return;
    const key = `${rule} ${address}`;
    const known = this.#results.get(key);
    if (known) return void (known.times += 1);
    if (this.#beyond.has(key)) return;
    this.fired += 1;
    if (this.#results.size >= RESULTS_MAX) return void this.#beyond.add(key);
    const saved = { reported: 0, declared: 0, intents: 0 };
    const result = { rule, address, atMs, action, evidence, times: 1, saved };
    this.#results.set(key, result);
    const ofAgent = this.#byAgent.get(address) ?? [];
    ofAgent.push(result);
    this.#byAgent.set(address, ofAgent);
  }
}

function* only(record: PolicyRecord): Generator<PolicyRecord> {
  yield record;
}
