import {
  type ActivityEvent,
  activityEvents,
  type Decoded,
  eventCodec,
  type EventCodec,
  parseDestination,
} from '#contracts';

const ADDRESSES_MAX = 100_000;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads what gateways count and what heartbeats tell without looking at each field of their envelopes: these are nearly all
 * events there are, and the evaluation uses little of them. All that it uses is checked; whatever is not as it is expected,
 * and every other event, goes the careful way, which has the last word.
 */
export class QuickActivityCodec implements EventCodec<ActivityEvent> {
  private readonly careful = eventCodec<ActivityEvent>(activityEvents);
  private readonly addresses = new Set<unknown>();

  encode(event: ActivityEvent): string {
    return this.careful.encode(event);
  }

  decode(text: string): Decoded<ActivityEvent> {
    const event = parsed(text);
    if (event !== null && this.isExpected(event)) {
      return { known: true, event: event as unknown as ActivityEvent };
    }
    return this.careful.decode(text);
  }

  private isExpected(event: Json): boolean {
    const { type, data } = event;
    if (!isEnvelope(event) || !isObject(data) || !this.isAddress(data.address)) return false;
    if (typeof data.gateway !== 'string') return false;
    if (type === 'HeartbeatReceived') return isUsage(data.usage);
    return type === 'DecisionsCounted' && isTime(data.to) && areDecisions(data.decisions);
  }

  /** Each is looked at once. */
  private isAddress(address: unknown): boolean {
    if (this.addresses.has(address)) return true;
    if (typeof address !== 'string' || parseDestination(address)?.kind !== 'agent') return false;
    if (this.addresses.size >= ADDRESSES_MAX) this.addresses.clear();
    this.addresses.add(address);
    return true;
  }
}

const parsed = (text: string): Json | null => {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : null;
  } catch {
    return null;
  }
};

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const isTime = (value: unknown): boolean => typeof value === 'string' && TIME.test(value);
const isEnvelope = ({ version, id, at }: Json): boolean =>
  version === 1 && typeof id === 'string' && isTime(at);
const isAmount = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && value < Infinity;
const isText = (value: unknown): boolean => value === null || typeof value === 'string';

const isUsage = (usage: unknown): boolean =>
  usage === null || (isObject(usage) && areAmounts(usage));

const areAmounts = (usage: Json): boolean =>
  isAmount(usage.intentsTotal) &&
  isAmount(usage.intentsFailed) &&
  isAmount(usage.costMicroUsd) &&
  isAmount(usage.tokensIn) &&
  isAmount(usage.tokensOut);

const areDecisions = (decisions: unknown): boolean =>
  Array.isArray(decisions) && decisions.every(isDecision);

const plain = ['act', 'refusedBy', 'orderId', 'subject', 'count'];

/** What names a rule, a session or an amount is rarer, and goes the careful way. */
const isDecision = (decision: unknown): boolean => {
  if (!isObject(decision)) return false;
  for (const field in decision) if (!plain.includes(field)) return false;
  const { act, refusedBy, subject, count } = decision;
  const isNamed = typeof act === 'string' && isText(refusedBy) && isText(subject);
  return isNamed && Number.isInteger(count) && (count as number) > 0;
};
