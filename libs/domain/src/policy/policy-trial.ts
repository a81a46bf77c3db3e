import {
  type Address,
  type AddressId,
  type GatewayId,
  type OrgName,
  partsOf,
  type PolicyTarget,
  type ServiceAccountId,
  type Tag,
} from '#contracts';
import type { AgentRecord } from '../control/control-records.js';
import type { PolicyRecord } from '../control/governance-records.js';
import { HOUR_MS, SECOND_MS } from '../time/spans.js';
import { msOf } from '../time/timestamp.js';
import { type LintWarning, warning } from './lint-warning.js';
import type { Observation } from './observation.js';
import { type MeterView, PolicyMeters } from './policy-meters.js';

const BEGIN = '2026-01-01T00:00:00.000Z';
const BEGIN_MS = msOf(BEGIN);
const BEAT_MS = 30 * SECOND_MS;
/** A calm agent does one thing in ten minutes. */
const BEATS_PER_ACT = 20;
const CENT_MICRO = 10_000;
const MANY = 1_000_000;

/**
 * Evaluates a policy on made-up input before it is accepted: an hour of an agent that does next to nothing, and an hour of
 * one that does too much of everything. Names the rules that would act on the calm one.
 */
export const tryPolicy = (record: PolicyRecord): LintWarning[] => {
  try {
    hourOf(record, busy);
    return hourOf(record, calm).map((rule) =>
      warning(
        'fires_when_calm',
        `rules.${rule}`,
        'it acts already on an agent that does one thing in ten minutes, for a cent, and fails at none',
      ),
    );
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return [warning('cannot_be_evaluated', 'rules', `it cannot be evaluated: ${said}`)];
  }
};

/** The rules that would have fired, ascending. */
const hourOf = (
  record: PolicyRecord,
  seenAt: (address: Address, atMs: number, beat: number) => Observation,
): number[] => {
  const agent = sampleAgent(record.document.target, record.org);
  const fired = new Set<number>();
  const meters = new PolicyMeters({
    isOwn: () => true,
    onFiring: ({ what, rule }) => void (what === 'breach' && fired.add(rule)),
    onCliff: () => undefined,
  });
  const view: MeterView = {
    policies: { generation: 1, all: () => only(record), restrictionsOf: () => [] },
    agent: () => agent,
    isHeld: () => false,
  };
  for (let beat = 0; beat * BEAT_MS < HOUR_MS; beat += 1) {
    meters.observe(view, seenAt(agent.address, BEGIN_MS + beat * BEAT_MS, beat));
  }
  meters.advance(view, BEGIN_MS + HOUR_MS);
  return [...fired].sort((a, b) => a - b);
};

const calm = (address: Address, atMs: number, beat: number): Observation =>
  observation(address, atMs, beat % BEATS_PER_ACT === 0 ? 1 : 0);

const busy = (address: Address, atMs: number): Observation => ({
  ...observation(address, atMs, MANY),
  ...{ refused: MANY, failed: MANY },
  names: [
    { act: 'intent.send', name: 'sample.send.v1', refusedBy: null },
    { act: 'guard', name: 'sample.tool', refusedBy: null },
  ],
});

const observation = (address: Address, atMs: number, acts: number): Observation => ({
  ...{ address, atMs, storedAtMs: atMs, gateway: 'sample' as GatewayId },
  ...{ sent: acts, received: acts, guarded: acts, refused: 0 },
  ...{ costReported: acts * CENT_MICRO, costDeclared: 0, tokens: acts * 100 },
  ...{ reported: acts, failed: 0, isHeartbeat: true, names: [], sessions: [] },
});

/** Somebody whom the target means. */
const sampleAgent = (target: PolicyTarget, org: OrgName): AgentRecord => {
  if ('agent' in target) return agentNamed(target.agent, []);
  const namespace = 'namespace' in target ? target.namespace : `${org}/sample`;
  const address = `agent://${namespace}/sample` as Address;
  return agentNamed(address, 'tag' in target ? [target.tag] : []);
};

const agentNamed = (address: Address, tags: readonly Tag[]): AgentRecord => ({
  ...{ address, tags, ...partsOf(address) },
  ...{ addressId: 'addr_aaaaaaaaaaaaaaaaaaaa' as AddressId },
  ...{ serviceAccountId: 'sa_aaaaaaaaaaaaaaaaaaaa' as ServiceAccountId },
  ...{ description: null, displayName: null, metadata: {}, createdByNote: null },
  ...{ createdAt: BEGIN, updatedAt: BEGIN, revoked: false, parent: null, liftedAt: null },
  lastSequence: 0,
});

function* only(record: PolicyRecord): Generator<PolicyRecord> {
  yield record;
}
