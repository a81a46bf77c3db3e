import type { BeforeStop, OrderRecord, ReceiptEntry, RefusalsOfGateway } from '#contracts';
import type { OrderRefusalsLine, ReceiptLine } from '#database';
import type { OrderLines } from '../read-model/read-model.js';

/** What the logs hold of an order, as the API shows it; `null`: the read model is away. */
export const orderRecord = (lines: OrderLines | null): OrderRecord | null =>
  lines && {
    receipts: lines.receipts.map(receiptEntry),
    refusals: refusalsByGateway(lines.refusals),
  };

const receiptEntry = (line: ReceiptLine): ReceiptEntry => ({
  gateway: line.gateway,
  region: line.region,
  boot: line.boot,
  at: line.at,
  applied_after_ms: line.applied_after_ms,
  cut: { streams: line.cut_streams, calls: line.cut_calls },
  before: beforeStop(line),
});

// The columns of one fact are written together: where the first is null, so are the others, and nowhere else.
const beforeStop = (line: ReceiptLine): BeforeStop | null =>
  line.before_since === null
    ? null
    : {
        last: lastAct(line),
        last_minute: Number(line.before_minute),
        last_hour: Number(line.before_hour),
        since: line.before_since,
      };

const lastAct = (line: ReceiptLine): BeforeStop['last'] =>
  line.before_last_at === null
    ? null
    : {
        at: line.before_last_at,
        address: String(line.before_last_address),
        act: String(line.before_last_act),
        subject: line.before_last_subject,
      };

/** One entry for each gateway, with its acts; the lines come by gateway. */
export const refusalsByGateway = (lines: readonly OrderRefusalsLine[]): RefusalsOfGateway[] => {
  const byGateway = new Map<string, RefusalsOfGateway>();
  for (const line of lines) {
    const one = refusalsOfAct(line);
    const before = byGateway.get(line.gateway);
    byGateway.set(line.gateway, before ? joined(before, one) : one);
  }
  return [...byGateway.values()];
};

const refusalsOfAct = (line: OrderRefusalsLine): RefusalsOfGateway => {
  const act = line.act as RefusalsOfGateway['acts'][number]['act'];
  return {
    gateway: line.gateway,
    region: line.region,
    count: line.refused,
    from: line.first_at,
    to: line.last_at,
    acts: [{ act, count: line.refused }],
  };
};

// Timestamps have one form, so their order is the order of their characters.
const joined = (a: RefusalsOfGateway, b: RefusalsOfGateway): RefusalsOfGateway => ({
  ...a,
  count: a.count + b.count,
  from: a.from < b.from ? a.from : b.from,
  to: a.to > b.to ? a.to : b.to,
  acts: [...a.acts, ...b.acts],
});
