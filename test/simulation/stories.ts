export interface OrderPlan {
  readonly orderId: string;
  /** The node's id, which is its disk's. */
  readonly issuer: string;
  /** Names one agent; otherwise the tag of `agents`. */
  readonly literal: boolean;
  readonly agents: readonly string[];
  /** A time-boxed stop ends when the log's own clock is past this. */
  readonly untilMs: number | null;
}

/** What became of one order, by true time and by the log. */
export class OrderStory {
  /** The command was answered: from here on the order may not be lost. */
  answeredAtMs: number | null = null;
  sequence: number | null = null;
  committedAtMs: number | null = null;
  /** From here on the mesh is bound to it. */
  boundFromMs: number | null = null;
  contained: { readonly atMs: number; readonly by: string } | null = null;
  liftedAtMs: number | null = null;
  wasLifted = false;
  #liftSequence: number | null = null;
  /** Every copy of it was destroyed before it was stored: more than any single crash does. */
  mayBeLost = false;
  /** It was stored, and the log has lost it: nothing is promised about it until it is stored again. */
  isLost = false;
  /** Its lift, or the order itself, was in what the log has lost. */
  isUnsettled = false;

  constructor(
    readonly plan: OrderPlan,
    readonly createdAtMs: number,
  ) {}

  get orderId(): string {
    return this.plan.orderId;
  }

  /** It was answered, it stands, and the log does not have it: somebody must. */
  get mustBeHeld(): boolean {
    const isLoose = this.sequence === null && this.liftedAtMs === null;
    return isLoose && this.answeredAtMs !== null && !this.mayBeLost;
  }

  commit(sequence: number, nowMs: number, issuerIsReady: boolean): void {
    this.sequence = sequence;
    this.committedAtMs = nowMs;
    this.isLost = false;
    this.isUnsettled = false;
    if (issuerIsReady && this.plan.literal) this.boundFromMs = nowMs;
  }

  /** A ready member has read it. */
  bind(nowMs: number): void {
    if (this.sequence !== null && !this.isUnsettled) this.boundFromMs ??= nowMs;
  }

  lift(sequence: number, nowMs: number): void {
    this.wasLifted = true;
    this.#liftSequence ??= sequence;
    this.liftedAtMs ??= nowMs;
  }

  /** What was lost binds nobody; an order that somebody still has must come back. Returns whether a lift was lost. */
  logLost(keep: number): boolean {
    const isLiftLost = this.#liftSequence !== null && this.#liftSequence > keep;
    if (isLiftLost) {
      this.#liftSequence = null;
      this.liftedAtMs = null;
      // Nobody had to keep it.
      this.mayBeLost = true;
      this.#bindsNobody();
    }
    if (this.sequence !== null && this.sequence > keep) this.#lost();
    return isLiftLost;
  }

  /** From the word of the operators on, the log as it is binds everybody who has read it. */
  restored(): void {
    this.isUnsettled = false;
  }

  #lost(): void {
    this.isLost = true;
    this.sequence = null;
    this.committedAtMs = null;
    this.#bindsNobody();
  }

  // Some have read what the log has no more.
  #bindsNobody(): void {
    this.isUnsettled = true;
    this.boundFromMs = null;
    this.contained = null;
  }
}

interface Tagging {
  readonly sequence: number;
  /** When the first ready member had read it. */
  boundFromMs: number | null;
}

/** All orders and tags of a history. */
export class Stories {
  readonly #orders = new Map<string, OrderStory>();
  readonly #byAgent = new Map<string, OrderStory[]>();
  readonly #tags = new Map<string, Tagging>();
  readonly #everTagged = new Set<string>();

  all(): IterableIterator<OrderStory> {
    return this.#orders.values();
  }

  get(orderId: string): OrderStory | undefined {
    return this.#orders.get(orderId);
  }

  add(story: OrderStory): OrderStory {
    this.#orders.set(story.orderId, story);
    for (const agent of story.plan.agents)
      this.#byAgent.set(agent, [...(this.#byAgent.get(agent) ?? []), story]);
    return story;
  }

  tagged(agent: string, sequence: number): void {
    this.#everTagged.add(agent);
    if (!this.#tags.has(agent)) this.#tags.set(agent, { sequence, boundFromMs: null });
  }

  /** `read`: order ids and agents, with the sequence of the order or the tag. */
  consumedByReady(read: ReadonlyMap<string, number>, nowMs: number): void {
    for (const [orderId, story] of this.#orders)
      if (story.sequence === read.get(orderId)) story.bind(nowMs);
    for (const [agent, tag] of this.#tags)
      if (tag.sequence === read.get(agent)) tag.boundFromMs ??= nowMs;
  }

  /** Returns the orders whose lift was lost. */
  logLost(keep: number): OrderStory[] {
    const unlifted = [...this.#orders.values()].filter((story) => story.logLost(keep));
    for (const [agent, { sequence }] of this.#tags) if (sequence > keep) this.#tags.delete(agent);
    return unlifted;
  }

  /** Unlifted orders that name the agent, or its tag. */
  standing(agent: string): OrderStory[] {
    return (this.#byAgent.get(agent) ?? []).filter(({ liftedAtMs }) => liftedAtMs === null);
  }

  /** Whether the order was contained for this agent: by a tag, for whom the log had tagged before the order. */
  isContainedFor({ plan, contained, sequence }: OrderStory, agent: string): boolean {
    if (contained === null || plan.literal) return contained !== null;
    const tag = this.#tags.get(agent);
    return tag !== undefined && sequence !== null && tag.sequence < sequence;
  }

  /** The order that held the agent at the end, if orders held it all the time; `null`: some moment let it through. */
  heldThroughout(
    agent: string,
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  ): string | null {
    let untilMs = fromMs;
    for (;;) {
      const next = this.#holding(agent, untilMs);
      if (next === null) return null;
      const endMs = next.liftedAtMs ?? Infinity;
      if (endMs > toMs) return next.orderId;
      untilMs = endMs;
    }
  }

  /** Whether any order could have been in force at a gateway since then. */
  explainsRefusal(agent: string, { sinceMs }: { readonly sinceMs: number }): boolean {
    return (this.#byAgent.get(agent) ?? []).some(
      ({ plan, liftedAtMs }) =>
        (plan.literal || this.#everTagged.has(agent)) &&
        (liftedAtMs === null || liftedAtMs >= sinceMs),
    );
  }

  /** Whether an order that is stored stands over the agent; `null`: that is about to change, or has just changed. */
  isStopped(agent: string, { sinceMs }: { readonly sinceMs: number }): boolean | null {
    const orders = this.#byAgent.get(agent) ?? [];
    const tag = this.#tags.get(agent);
    const isUnclear = ({ sequence, liftedAtMs, mayBeLost, committedAtMs }: OrderStory): boolean =>
      (sequence === null && !mayBeLost) ||
      (liftedAtMs !== null && liftedAtMs > sinceMs) ||
      (committedAtMs !== null && committedAtMs > sinceMs);
    if (orders.some(isUnclear) || orders.some(({ mayBeLost }) => mayBeLost)) return null;
    return orders.some(
      ({ plan, liftedAtMs }) => liftedAtMs === null && (plan.literal || tag !== undefined),
    );
  }

  #holding(agent: string, atMs: number): OrderStory | null {
    const holding = (this.#byAgent.get(agent) ?? []).filter(
      (story) => this.#boundFromMs(story, agent) < atMs && endOf(story) > atMs,
    );
    return holding.sort((one, other) => endOf(other) - endOf(one))[0] ?? null;
  }

  // An order by tag holds an agent from when both are known: it may have got the tag later.
  #boundFromMs({ boundFromMs, plan }: OrderStory, agent: string): number {
    const ownMs = boundFromMs ?? Infinity;
    return plan.literal ? ownMs : Math.max(ownMs, this.#tags.get(agent)?.boundFromMs ?? Infinity);
  }
}

const endOf = ({ liftedAtMs }: OrderStory): number => liftedAtMs ?? Infinity;
