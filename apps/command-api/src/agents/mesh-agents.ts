import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type {
  agentUsage,
  FleetEvent,
  getMeshAgent,
  HealthStatus,
  listMeshAgents,
  MeshSummary,
} from '#contracts';
import type { AgentRecord } from '#domain';
import { invalidFields, pageOf, toTimestamp } from '#platform';
import { Control } from '../control/control.js';
import type { Caller, Operator } from '../control/operator.js';
import { ReadModel } from '../read-model/read-model.js';
import { holdingOrder, strictestFirst } from '../stops/order-report.js';
import { AgentEntries } from './agent-entries.js';
import { findRegistered } from './agent-reference.js';
import { metricsOf, sumOf } from './agent-metrics.js';

type ListQuery = z.infer<typeof listMeshAgents.query>;
export type ListedAgents = z.infer<typeof listMeshAgents.response>;
export type ShownAgent = z.infer<typeof getMeshAgent.response>;
export type ShownUsage = z.infer<typeof agentUsage.response>;

const EVENTS_SHOWN = 50;
const HOUR_MS = 3_600_000;
const SPAN_MS_MAX = { hour: 31 * 24 * HOUR_MS, day: 731 * 24 * HOUR_MS };

/** The fleet, as operators look at it. */
@Injectable()
export class MeshAgents {
  constructor(
    private readonly control: Control,
    private readonly readModel: ReadModel,
    private readonly entries: AgentEntries,
  ) {}

  async list({ principal }: Caller, query: ListQuery): Promise<ListedAgents> {
    await this.control.barrier();
    const { limit, cursor, health, window } = query;
    const stats = await this.entries.stats(principal, window);
    const all = [...this.visible(principal)].map((record) => ({
      record,
      health: this.entries.health(record, stats),
    }));
    const wanted = all.filter((one) => health === undefined || one.health === health);
    const page = pageOf(wanted, { limit, cursor, keyOf: ({ record }) => record.addressId });
    return {
      ok: true,
      agents: page.items.map(({ record }) => this.entries.entry(record, stats)),
      summary: summaryOf(all.map((one) => one.health)),
      next_cursor: page.next_cursor,
      ...(stats === null && { stale: true }),
    };
  }

  async get(
    { principal }: Caller,
    agent: string,
    window: ListQuery['window'],
  ): Promise<ShownAgent> {
    await this.control.barrier();
    const record = findRegistered({ view: this.control.view, caller: principal }, agent);
    const { address, org } = record;
    const stats = await this.entries.stats(principal, window, [address]);
    const page = await this.readModel.eventsOrNull({
      org,
      filters: { agent: address },
      limit: EVENTS_SHOWN,
    });
    return {
      ok: true,
      agent: this.entries.entry(record, stats),
      metrics: metricsOf(stats?.get(address)?.metrics ?? null),
      events: (page?.items ?? []) as FleetEvent[],
      held_by: strictestFirst(this.control.view.holding(address)).map(holdingOrder),
      ...((stats === null || page === null) && { stale: true }),
    };
  }

  async usage(
    { principal }: Caller,
    agent: string,
    query: z.infer<typeof agentUsage.query>,
  ): Promise<ShownUsage> {
    await this.control.barrier();
    const { address } = findRegistered({ view: this.control.view, caller: principal }, agent);
    const { step } = query;
    const span = spanOf(query, this.control.parts.clock.nowMs());
    const steps = await this.readModel.usage({ address, step, ...span });
    const usage = steps.map((one) => ({ at: one.at, ...metricsOf(one) }));
    return { ok: true, address, ...span, step, usage, total: sumOf(steps) };
  }

  private visible(principal: Operator): Iterable<AgentRecord> {
    const { org, workspace, workspaceOnly, meshWide } = principal;
    if (meshWide) return this.control.view.agents();
    return this.control.view.agents(org, workspaceOnly ? workspace : undefined);
  }
}

const summaryOf = (healths: readonly HealthStatus[]): MeshSummary => {
  const summary: MeshSummary = {
    total: healths.length,
    healthy: 0,
    degraded: 0,
    unreachable: 0,
    killed: 0,
    paused: 0,
    quarantined: 0,
    draining: 0,
    unknown: 0,
  };
  for (const health of healths) summary[health] += 1;
  return summary;
};

const spanOf = (
  query: z.infer<typeof agentUsage.query>,
  nowMs: number,
): { from: string; to: string } => {
  const toMs = query.to === undefined ? nowMs : Date.parse(query.to);
  const fromMs = query.from === undefined ? toMs - 24 * HOUR_MS : Date.parse(query.from);
  const message = `must be before "to", by at most ${SPAN_MS_MAX[query.step] / (24 * HOUR_MS)} days`;
  if (fromMs >= toMs || toMs - fromMs > SPAN_MS_MAX[query.step]) {
    throw invalidFields([{ in: 'query', path: 'from', message }]);
  }
  return { from: toTimestamp(fromMs), to: toTimestamp(toMs) };
};
