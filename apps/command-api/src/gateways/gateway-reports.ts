import { live, PositionReport, type GatewayAnswer, type GatewayId } from '#contracts';
import { EffectiveTracker, type Effect, type GatewayMember } from '#domain';
import type { Messaging } from '#event-store';
import type { Clock } from '#platform';

/** When each of the last positions of one boot was first heard, oldest first. */
interface Trail {
  readonly boot: number;
  readonly last: PositionReport;
  readonly steps: { readonly position: number; readonly heardAtMs: number }[];
}

export interface GatewayWord {
  readonly position: number;
  readonly silentForMs: number;
  /** As it said it last. */
  readonly report: PositionReport;
}

type Members = () => readonly GatewayMember[];

const TRAIL_MAX = 64;
const GATEWAYS_MAX = 10_000;

/**
 * What the gateways say about themselves on core NATS: how far each has applied the control log, and its receipts. Kept
 * in memory and never decided from: it only tells how much of an answer is known. All times are monotonic milliseconds.
 */
export class GatewayReports {
  readonly tracker = new EffectiveTracker();
  private readonly trails = new Map<GatewayId, Trail>();
  private readonly waiters = new Set<() => void>();
  private subscription: { stop(): void } | null = null;

  constructor(private readonly clock: Pick<Clock, 'monotonicMs'>) {}

  /** @param open what the gateway of this name sealed, `null` where it is not its word */
  listen(messaging: Messaging, open: (gateway: string, message: string) => string | null): void {
    this.subscription = messaging.subscribe(live.positionFilter, (message) => {
      const { subject } = message;
      const text = open(subject.slice(subject.lastIndexOf('.') + 1), message.text());
      const report = text === null ? null : PositionReport.safeParse(parseJson(text));
      if (report?.success && isOwn(report.data, subject)) this.hear(report.data);
    });
  }

  stop(): void {
    this.subscription?.stop();
    this.subscription = null;
  }

  hear(report: PositionReport): void {
    const nowMs = this.clock.monotonicMs();
    if (this.trails.size >= GATEWAYS_MAX && !this.trails.has(report.gateway)) return;
    this.tracker.report(report, nowMs);
    this.follow(report, nowMs);
    this.check();
  }

  /** Resolves at once when every member has applied it, else when they have or the time is over. */
  waitFor(effect: Effect, members: Members, timeoutMs: number): Promise<void> {
    const reached = (): boolean => this.tracker.everywhere(effect, members());
    if (timeoutMs <= 0 || reached()) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.waiters.delete(check);
        resolve();
      };
      const check = (): void => {
        if (reached()) end();
      };
      const timer = setTimeout(end, timeoutMs);
      this.waiters.add(check);
    });
  }

  /** Asks again those who wait: a report came, or a member that they waited for is none any more. */
  check(): void {
    for (const check of this.waiters) check();
  }

  /** What is known of each member; the time counts from `sinceMs` to when its word came here, `null` if it was not heard. */
  answers(
    effect: Effect,
    members: readonly GatewayMember[],
    sinceMs: number | null,
  ): GatewayAnswer[] {
    const known = this.tracker.effective(effect, members).gateways;
    return known.map(({ gateway, region, state, cut }, index) => {
      const heardAtMs = state === 'acked' ? this.heardAtMs(members[index], effect.sequence) : null;
      return { gateway, region, state, applied_after_ms: elapsed(sinceMs, heardAtMs), cut };
    });
  }

  /** The last word of this boot of the gateway; `null` when it was never heard. */
  lastWord(member: GatewayMember): GatewayWord | null {
    const trail = this.trailOf(member);
    if (!trail) return null;
    const [silent] = this.tracker.silent([member], this.clock.monotonicMs(), 0);
    const position = trail.steps.at(-1)?.position ?? trail.last.position;
    return { position, silentForMs: Math.round(silent?.silentForMs ?? 0), report: trail.last };
  }

  /** Forgets gateways that are members no more. */
  retain(members: readonly GatewayMember[]): void {
    this.tracker.retain(members);
    const names = new Set(members.map(({ gateway }) => gateway));
    for (const gateway of this.trails.keys()) if (!names.has(gateway)) this.trails.delete(gateway);
  }

  private follow(last: PositionReport, heardAtMs: number): void {
    const { gateway, boot, position } = last;
    const before = this.trails.get(gateway);
    if (before && before.boot > boot) return;
    const known = before?.boot === boot ? before.steps : [];
    const isNews = position > (known.at(-1)?.position ?? -1);
    const steps = isNews ? [...known, { position, heardAtMs }].slice(-TRAIL_MAX) : known;
    this.trails.set(gateway, { boot, last, steps });
  }

  private trailOf(member: GatewayMember): Trail | null {
    const trail = this.trails.get(member.gateway);
    return trail?.boot === member.boot ? trail : null;
  }

  /** The oldest step that is known may have come long after the sequence was applied, so it tells nothing. */
  private heardAtMs(member: GatewayMember | undefined, sequence: number): number | null {
    const steps = (member && this.trailOf(member)?.steps) ?? [];
    const at = steps.findIndex(({ position }) => position >= sequence);
    return at > 0 ? (steps[at]?.heardAtMs ?? null) : null;
  }
}

const isOwn = ({ region, gateway }: PositionReport, subject: string): boolean =>
  subject === live.position(region, gateway);

const elapsed = (sinceMs: number | null, atMs: number | null): number | null =>
  sinceMs === null || atMs === null ? null : Math.max(0, Math.round((atMs - sinceMs) * 10) / 10);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
