import { type Address, partsOf, type Timestamp } from '#contracts';
import {
  type AgentActivityRow,
  type RowOperation,
  usageFields,
  type UsageField,
  type UsageRow,
  type UsageSum,
} from './audit-rows.js';

/** Sums stop here, and are exact up to here; the same limit holds in the tables. */
export const SUM_MAX = Number.MAX_SAFE_INTEGER;

const NOTHING = Object.fromEntries(usageFields.map((field) => [field, 0])) as UsageSum;

/** A whole number between 0 and {@link SUM_MAX}, whatever an agent reported. */
const whole = (value: number): number => Math.min(Math.max(Math.round(value), 0), SUM_MAX);

export const usageOf = (counts: Partial<Record<UsageField, number>>): UsageSum => {
  const sum: Record<UsageField, number> = { ...NOTHING };
  for (const field of usageFields) sum[field] = whole(counts[field] ?? 0);
  return sum;
};

/** Adds to a sum that the caller owns. */
export const addUsage = (kept: Record<UsageField, number>, next: UsageSum): void => {
  for (const field of usageFields) kept[field] = Math.min(kept[field] + next[field], SUM_MAX);
};

export const hourOf = (at: Timestamp): Timestamp => `${at.slice(0, 13)}:00:00.000Z`;
export const dayOf = (at: Timestamp): Timestamp => `${at.slice(0, 10)}T00:00:00.000Z`;

export type AgentNews = Omit<AgentActivityRow, UsageField | 'address' | 'org' | 'workspace'>;

export const NO_NEWS: AgentNews = {
  last_heartbeat_at: null,
  last_instance: null,
  last_gateway: null,
  last_region: null,
  health: null,
};

/** The use of one agent at one moment, for its hour, its day and its whole life. */
export const used = (
  address: Address,
  at: Timestamp,
  sum: UsageSum,
  news: AgentNews = NO_NEWS,
): RowOperation[] => {
  const { org, workspace } = partsOf(address);
  const row = (bucket: Timestamp): UsageRow => ({ address, bucket, org, workspace, ...sum });
  return [
    { into: 'usage_hour', row: row(hourOf(at)) },
    { into: 'usage_day', row: row(dayOf(at)) },
    { into: 'agents', row: { address, org, workspace, ...news, ...sum } },
  ];
};

/** What is known after both. The later heartbeat counts, and of two at one moment the one that came later in the log. */
export const addActivity = (
  kept: { -readonly [K in keyof AgentActivityRow]: AgentActivityRow[K] },
  next: AgentActivityRow,
): void => {
  addUsage(kept, next);
  kept.health = next.health ?? kept.health;
  if (!isLater(next.last_heartbeat_at, kept.last_heartbeat_at)) return;
  kept.last_heartbeat_at = next.last_heartbeat_at;
  kept.last_instance = next.last_instance;
  kept.last_gateway = next.last_gateway;
  kept.last_region = next.last_region;
};

// Timestamps have one form, so their order is the order of their characters.
const isLater = (next: Timestamp | null, before: Timestamp | null): boolean =>
  next !== null && (before === null || next >= before);
