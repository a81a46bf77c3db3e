import { CLOCK_RATE_ERROR, LEASE_MS, SLACK_MS } from '#domain';
import { GivenReceipts, type ReceiptOf } from './given-receipts.js';
import type { History } from './history.js';
import { StartOvers } from './start-overs.js';
import { OrderStory, type OrderPlan, Stories } from './stories.js';

/** `X`: an admission may be explained by any state that the mesh was bound to so long before it, or later. */
const RELAXED_MS = LEASE_MS * (1 + CLOCK_RATE_ERROR) + SLACK_MS;
/** A lease cannot outlive the last answer by more. */
const PROOF_OUTLIVES_MS = LEASE_MS * (1 + CLOCK_RATE_ERROR) + 1;
/** A stop is in force so soon at every gateway that can be reached. */
const EFFECTIVE_WITHIN_MS = 250;
/** And proven so soon after it was stored, whatever single thing is broken. */
const CONTAINED_WITHIN_MS = 1_000;

/** Judges everything when it happens, by what the log holds and who said what; nothing in it is the protocol's own state. */
export class Checker {
  readonly stories = new Stories();
  readonly #provenUntil = new Map<string, number>();
  readonly #receipts = new GivenReceipts();
  readonly #liftsAsked = new Set<string>();
  readonly #startOvers = new StartOvers();

  constructor(
    private readonly history: History,
    private readonly nowMs: () => number,
    /** Nothing is broken, and has not been for so long that everything is well again. */
    private readonly isQuiet: () => boolean,
  ) {}

  get orders(): IterableIterator<OrderStory> {
    return this.stories.all();
  }

  story(orderId: string): OrderStory | undefined {
    return this.stories.get(orderId);
  }

  created(plan: OrderPlan): OrderStory {
    return this.stories.add(new OrderStory(plan, this.nowMs()));
  }

  // --- What the log stores ---

  committed(orderId: string, sequence: number, issuerIsReady: boolean): void {
    const story = this.story(orderId);
    if (story === undefined) return this.#broken('I9', `unknown order ${orderId} in the log`);
    if (story.sequence !== null) this.#broken('I2', `${orderId} is in the log twice`);
    story.commit(sequence, this.nowMs(), issuerIsReady);
  }

  tagged(agent: string, sequence: number): void {
    this.stories.tagged(agent, sequence);
  }

  /** An operator may lift this order, and has asked for it. */
  liftAsked(orderId: string): void {
    this.#liftsAsked.add(orderId);
  }

  lifted(orderId: string, sequence: number, logTimeMs: number): void {
    const story = this.story(orderId);
    if (story === undefined) return;
    if (story.sequence === null) this.#broken('I3', `${orderId} was lifted before it was stored`);
    const isOver = story.plan.untilMs !== null && logTimeMs >= story.plan.untilMs;
    if (!isOver && !this.#liftsAsked.has(orderId))
      this.#broken('I3', `${orderId} was lifted, and nobody asked for it`);
    story.lift(sequence, this.nowMs());
  }

  /** Everything above `keep` is gone from the log. */
  logLost(keep: number): void {
    this.#startOvers.logLost();
    for (const { orderId } of this.stories.logLost(keep)) this.#receipts.forget(orderId);
  }

  restored(): void {
    this.#startOvers.restored();
    for (const story of this.orders) if (!story.isLost) story.restored();
  }

  /** A process reads the log anew. */
  startedOver(machine: string): void {
    this.#startOvers.add(machine);
  }

  /** A process that begins knows nothing of what its forerunner has read. */
  began(machine: string): void {
    this.#startOvers.remove(machine);
  }

  /** A process finds that the log is not the one that it has read. */
  alarmed(machine: string): void {
    if (this.#startOvers.has(machine))
      this.#broken('I5', `${machine} closes again, and has read that the log was restored`);
  }

  // --- What nodes say ---

  /** What a ready member has read of orders and tags, each with its sequence. */
  consumedByReady(read: ReadonlyMap<string, number>): void {
    this.stories.consumedByReady(read, this.nowMs());
  }

  answered(orderId: string): void {
    const story = this.story(orderId);
    if (story !== undefined) story.answeredAtMs ??= this.nowMs();
  }

  contained(orderId: string, by: string): void {
    const story = this.story(orderId);
    if (story === undefined || story.contained !== null || story.isUnsettled) return;
    story.contained = { atMs: this.nowMs(), by };
    this.history.note(by, `contained ${orderId}`);
    if (story.sequence === null)
      this.#broken('I1c', `${by} said contained of ${orderId}, which is not stored`);
  }

  /** A node counts this gateway's word. */
  counted(word: ReceiptOf): void {
    const { orderId, gateway, boot } = word;
    if (!this.#receipts.has(word))
      this.#broken(
        'I9',
        `a receipt of ${gateway}/${boot} for ${orderId} counts that it never gave`,
      );
  }

  // --- What gateways say and do ---

  /** A gateway said that it has the order on its disk, and in force. */
  receipt(machine: string, word: ReceiptOf): void {
    this.#receipts.add(machine, word);
  }

  diskLost(machine: string): void {
    this.#receipts.diskLost(machine);
  }

  released(gateway: string, orderId: string): void {
    if (this.story(orderId)?.wasLifted === false)
      this.#broken('I3', `${gateway} released ${orderId}, which is not lifted`);
  }

  answerArrived(gateway: string): void {
    this.#provenUntil.set(gateway, this.nowMs() + PROOF_OUTLIVES_MS);
  }

  admitted(gateway: string, agent: string): void {
    if (this.nowMs() > (this.#provenUntil.get(gateway) ?? 0))
      this.#broken('I4', `${gateway} admitted ${agent} without a proof`);
    this.#judgePinned(gateway, agent);
    this.#judgeContained(gateway, agent);
    this.#judgeBound(gateway, agent);
  }

  /**
   * By `on_fence: allow`, on stale state: nothing is promised but what was answered. A process that another has superseded,
   * and that is cut off from everybody who could tell it, is outside that too; not outside what its own disk holds.
   */
  admittedByOptOut(gateway: string, agent: string, isLast: boolean): void {
    this.#judgePinned(gateway, agent);
    if (isLast) this.#judgeContained(gateway, agent);
  }

  refused(gateway: string, agent: string): void {
    const explained = this.stories.explainsRefusal(agent, {
      sinceMs: this.isQuiet() ? this.nowMs() - RELAXED_MS : 0,
    });
    if (!explained)
      this.#broken('I6', `${gateway} answered 403 for ${agent}, which nothing covers`);
  }

  fenced(gateway: string): void {
    if (this.isQuiet()) this.#broken('I5', `${gateway} answers 503, and nothing is broken`);
  }

  #judgePinned(gateway: string, agent: string): void {
    for (const story of this.stories.standing(agent)) {
      const { orderId, literal } = story.plan;
      // Its lift was authorised and read, before the log lost it.
      const wasReleased = story.wasLifted && story.isUnsettled;
      if (literal && !wasReleased && this.#receipts.isPinned(gateway, orderId))
        this.#broken('I3', `${gateway} admitted ${agent} under ${orderId}, which it had pinned`);
    }
  }

  #judgeContained(gateway: string, agent: string): void {
    for (const story of this.stories.standing(agent)) {
      if (!this.stories.isContainedFor(story, agent) || story.contained === null) continue;
      const lateMs = this.nowMs() - story.contained.atMs;
      if (lateMs > 0)
        this.#broken(
          'I1c',
          `${gateway} admitted ${agent} ${lateMs.toFixed(1)} ms after ${story.contained.by} said contained of ${story.orderId}`,
        );
    }
  }

  // Some state within X before the admission must have let it through: not if one order after the other held it all along.
  #judgeBound(gateway: string, agent: string): void {
    const now = this.nowMs();
    const held = this.stories.heldThroughout(agent, { fromMs: now - RELAXED_MS, toMs: now });
    if (held !== null)
      this.#broken('I1', `${gateway} admitted ${agent}, stopped for more than X by ${held}`);
  }

  // --- What must come to pass ---

  /** Right after a stop was taken, with one fault at most: `holds` is asked when the time is over. */
  mustBeEffective(orderId: string, gateway: string, holds: boolean): void {
    if (!holds && this.story(orderId)?.liftedAtMs === null)
      this.#broken(
        'I8',
        `${orderId} is not in force at ${gateway} after ${EFFECTIVE_WITHIN_MS} ms`,
      );
  }

  /** With one fault at most, and a ready node that reads the log. */
  mustBeContainedInTime(orderId: string): void {
    const story = this.story(orderId);
    if (story === undefined || story.committedAtMs === null || story.liftedAtMs !== null) return;
    const isLate =
      story.contained === null &&
      this.nowMs() - Math.max(story.committedAtMs, story.createdAtMs) > CONTAINED_WITHIN_MS;
    if (isLate) this.#broken('I8', `${orderId} is not contained after ${CONTAINED_WITHIN_MS} ms`);
  }

  /** A gateway that nothing is wrong with must serve under a single fault. */
  mustServe(gateway: string): void {
    this.#broken('I8', `${gateway} answers 503, and nothing is wrong with it`);
  }

  /** At the end: what was answered is in the log. */
  checkKept(): void {
    for (const { orderId, answeredAtMs, sequence, mayBeLost } of this.orders) {
      if (answeredAtMs !== null && sequence === null && !mayBeLost)
        this.#broken('I2', `${orderId} was answered and is lost`);
    }
  }

  /** At the end: a reader's fold of the log is the log, event by event. */
  foldBroken(reader: string, detail: string): void {
    this.#broken('I7', `${reader} ${detail}`);
  }

  broken(invariant: string, detail: string): void {
    this.#broken(invariant, detail);
  }

  #broken(invariant: string, detail: string): void {
    this.history.violated(invariant, detail);
  }
}

export { CONTAINED_WITHIN_MS, EFFECTIVE_WITHIN_MS, RELAXED_MS };
