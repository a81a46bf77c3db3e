import { CLOCK_RATE_ERROR, LEASE_MS, SLACK_MS } from '#domain';
import type { History } from './history.js';

/** `X`: so much later than the commit an admission may still be explained by the state before it. */
const RELAXED_MS = LEASE_MS * (1 + CLOCK_RATE_ERROR) + SLACK_MS;
/** A lease cannot outlive the last answer by more. */
const PROOF_OUTLIVES_MS = LEASE_MS * (1 + CLOCK_RATE_ERROR) + 1;

export interface OrderStory {
  readonly orderId: string;
  /** The node's id, which is its disk's. */
  readonly issuer: string;
  readonly literal: boolean;
  readonly agents: readonly string[];
  readonly createdAtMs: number;
  /** The command was answered: from here on the order may not be lost. */
  answeredAtMs: number | null;
  committedAtMs: number | null;
  commits: number;
  /** From here on I1 counts. */
  boundFromMs: number | null;
  containedAtMs: number | null;
  containedBy: string | null;
  liftedAtMs: number | null;
  /** Whom it selects by what the log held before it: a later tag is no part of what it promised. */
  readonly selected: Set<string>;
  /** The issuer's disk was lost together with more than a single crash explains. */
  mayBeLost: boolean;
}

/** Judges every admission and refusal when it happens; nothing in it comes from the protocol's own state. */
export class Checker {
  readonly #orders = new Map<string, OrderStory>();
  readonly #byAgent = new Map<string, OrderStory[]>();
  readonly #provenUntil = new Map<string, number>();
  readonly #pinned = new Map<string, Set<string>>();
  /** Acknowledged entries of the log were lost: bounds that rest on the log are not judged any more. */
  logLost = false;

  constructor(
    private readonly history: History,
    private readonly nowMs: () => number,
  ) {}

  get orders(): IterableIterator<OrderStory> {
    return this.#orders.values();
  }

  story(orderId: string): OrderStory | undefined {
    return this.#orders.get(orderId);
  }

  created(order: Pick<OrderStory, 'orderId' | 'issuer' | 'literal' | 'agents'>): OrderStory {
    const story: OrderStory = {
      ...order,
      createdAtMs: this.nowMs(),
      answeredAtMs: null,
      committedAtMs: null,
      commits: 0,
      boundFromMs: null,
      containedAtMs: null,
      containedBy: null,
      liftedAtMs: null,
      selected: new Set(order.literal ? order.agents : []),
      mayBeLost: false,
    };
    this.#orders.set(order.orderId, story);
    for (const agent of order.agents) {
      this.#byAgent.set(agent, [...(this.#byAgent.get(agent) ?? []), story]);
    }
    return story;
  }

  committed(orderId: string, issuerIsReady: boolean, tagged: ReadonlySet<string>): void {
    const story = this.#orders.get(orderId);
    if (story === undefined)
      return this.history.violated('I9', `unknown order ${orderId} in the log`);
    this.#countCommit(story);
    story.committedAtMs ??= this.nowMs();
    for (const agent of story.agents) if (tagged.has(agent)) story.selected.add(agent);
    if (issuerIsReady && story.literal) story.boundFromMs ??= this.nowMs();
  }

  #countCommit(story: OrderStory): void {
    story.commits += 1;
    if (story.commits === 1 || this.logLost) return;
    this.history.violated('I2', `${story.orderId} is in the log twice`);
  }

  /** A ready member has the order's sequence behind it. */
  consumedByReady(orderId: string): void {
    const story = this.#orders.get(orderId);
    if (story) story.boundFromMs ??= this.nowMs();
  }

  contained(orderId: string, by: string): void {
    const story = this.#orders.get(orderId);
    if (story === undefined || story.containedAtMs !== null) return;
    story.containedAtMs = this.nowMs();
    story.containedBy = by;
    this.history.note(by, `contained ${orderId}`);
  }

  lifted(orderId: string): void {
    const story = this.#orders.get(orderId);
    if (story === undefined) return;
    if (story.committedAtMs === null && !this.logLost) {
      this.history.violated('I3', `${orderId} was lifted before it was committed`);
    }
    story.liftedAtMs ??= this.nowMs();
  }

  /** A gateway said that it has the order on its disk. */
  receipt(gateway: string, orderId: string): void {
    const pinned = this.#pinned.get(gateway) ?? new Set<string>();
    this.#pinned.set(gateway, pinned.add(orderId));
  }

  diskLost(gateway: string): void {
    this.#pinned.delete(gateway);
  }

  answerArrived(gateway: string): void {
    this.#provenUntil.set(gateway, this.nowMs() + PROOF_OUTLIVES_MS);
  }

  admitted(gateway: string, agent: string): void {
    const now = this.nowMs();
    if (now > (this.#provenUntil.get(gateway) ?? 0)) {
      this.history.violated('I4', `${gateway} admitted ${agent} without a proof`);
    }
    for (const story of this.#byAgent.get(agent) ?? []) {
      if (story.liftedAtMs === null || story.liftedAtMs > now) this.#judge(story, gateway, agent);
    }
  }

  #judge(story: OrderStory, gateway: string, agent: string): void {
    const { orderId } = story;
    const what = `${gateway} admitted ${agent} under ${orderId}`;
    if (story.literal && this.#pinned.get(gateway)?.has(orderId)) {
      this.history.violated('I3', `${what}, which it had pinned`);
    }
    if (!this.logLost && story.selected.has(agent)) this.#judgeBounds(story, what);
  }

  #judgeBounds({ containedAtMs, containedBy, boundFromMs }: OrderStory, what: string): void {
    const now = this.nowMs();
    if (containedAtMs !== null && now > containedAtMs) {
      this.history.violated(
        'I1c',
        `${what} ${(now - containedAtMs).toFixed(1)} ms after ${containedBy} said contained`,
      );
    }
    if (boundFromMs !== null && now > boundFromMs + RELAXED_MS) {
      this.history.violated('I1', `${what} ${(now - boundFromMs).toFixed(1)} ms after it bound`);
    }
  }

  refused(gateway: string, agent: string): void {
    const explained = (this.#byAgent.get(agent) ?? []).length > 0;
    if (!explained)
      this.history.violated('I6', `${gateway} answered 403 for ${agent}, which no order covers`);
  }

  /** At the end: what was answered is in the log. */
  checkKept(): void {
    if (this.logLost) return;
    for (const { orderId, answeredAtMs, committedAtMs, mayBeLost } of this.#orders.values()) {
      if (answeredAtMs !== null && committedAtMs === null && !mayBeLost) {
        this.history.violated('I2', `${orderId} was answered and is lost`);
      }
    }
  }

  /** Whether an order of which the log knows stands over the agent. */
  isStopped(agent: string): boolean {
    return (this.#byAgent.get(agent) ?? []).some(
      ({ committedAtMs, liftedAtMs }) => committedAtMs !== null && liftedAtMs === null,
    );
  }
}
