import { isAdmitted, type History, type OrderStory } from '../judge/history.js';
import { Stalls } from '../judge/stalls.js';
import { sinceCommands } from '../judge/rules/effective.js';

/** What an episode measured, in milliseconds; `null` where there was nothing to measure. Targets belong to the bench. */
export interface Figures {
  readonly attempts: number;
  /** So many were really sent, over the whole episode. */
  readonly perSecond: number;
  readonly admitted: number;
  readonly fenced: number;
  /** The share of the episode in which this machine had no processor to spare: what was lost so is held against no gateway. */
  readonly starved: number;
  readonly orders: number;
  /** Orders that some answer called contained before they were lifted. */
  readonly contained: number;
  /** From the command that was answered to the last admission of its target at a gateway that no trouble touches: worst and middle. */
  readonly effectiveMsMax: number | null;
  readonly effectiveMsMedian: number | null;
  /** From a command, and from the first word of its commit, to the first word that it is contained: worst. */
  readonly containedMsMax: number | null;
  readonly containedAfterCommitMsMax: number | null;
}

const worst = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.max(...values);

const middle = (values: readonly number[]): number | null =>
  values.length === 0 ? null : ([...values].sort((a, b) => a - b)[values.length >> 1] as number);

/** Who was asked had no trouble: what a node does that is cut off says nothing of how fast the mesh is. */
const wellAsked = ({ troubles, orders }: History): readonly OrderStory[] => {
  const troubled = new Set(troubles.flatMap(({ gateways, nodes }) => [...gateways, ...nodes]));
  return orders.filter(({ claims: [first] }) => first !== undefined && !troubled.has(first.by));
};

/** The last admission of each order's target at a gateway out of trouble, since the command. */
const effective = (history: History): number[] => {
  const last = new Map<OrderStory, number>();
  for (const { order, attempt, commandMs } of sinceCommands(history))
    last.set(order, Math.max(isAdmitted(attempt) ? commandMs : 0, last.get(order) ?? 0));
  return [...last.values()];
};

const containments = (history: History): { fromOrder: number; fromCommit: number }[] =>
  wellAsked(history).flatMap(({ askedMs, claims }) => {
    const contained = claims.find((claim) => claim.contained);
    const committed = claims.find((claim) => claim.committed);
    if (contained === undefined || committed === undefined || askedMs === null) return [];
    return [{ fromOrder: contained.atMs - askedMs, fromCommit: contained.atMs - committed.atMs }];
  });

const perSecondOf = (attempts: History['attempts']): number => {
  const [first] = attempts;
  const last = attempts.at(-1);
  if (first === undefined || last === undefined || last.sentMs <= first.sentMs) return 0;
  return Math.round((attempts.length * 1000) / (last.sentMs - first.sentMs));
};

const starvedOf = ({ attempts, stalls }: History): number => {
  const times = attempts.map(({ sentMs }) => sentMs);
  const [from, to] = [times[0] ?? 0, times.at(-1) ?? 0];
  return to > from ? new Stalls(stalls).lostMs(from, to) / (to - from) : 0;
};

export const figuresOf = (history: History): Figures => {
  const { attempts, orders } = history;
  const lasts = effective(history);
  const proofs = containments(history);
  return {
    attempts: attempts.length,
    perSecond: perSecondOf(attempts),
    admitted: attempts.filter(isAdmitted).length,
    fenced: attempts.filter(({ code }) => code === 'gateway_fenced').length,
    starved: starvedOf(history),
    orders: orders.length,
    contained: proofs.length,
    effectiveMsMax: worst(lasts),
    effectiveMsMedian: middle(lasts),
    containedMsMax: worst(proofs.map(({ fromOrder }) => fromOrder)),
    containedAfterCommitMsMax: worst(proofs.map(({ fromCommit }) => fromCommit)),
  };
};
