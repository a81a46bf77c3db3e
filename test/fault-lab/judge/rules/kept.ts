import {
  isAdmitted,
  type Attempt,
  type History,
  type KeptOrder,
  type OrderStory,
} from '../history.js';
import type { Finding, Violation } from '../finding.js';

const lossOf = (order: OrderStory, kept: KeptOrder | undefined): string | null => {
  if (kept === undefined || kept.status !== 200)
    return `is not known any more (${kept?.status ?? 'not asked'})`;
  if (!kept.committed) return 'was never committed';
  if (kept.lifted && order.liftSentMs === null) return 'was lifted by nobody';
  return null;
};

const inLog = ({ log }: History, orderId: string): number | null =>
  log?.filter((it) => it.type === 'StopOrdered' && it.orderId === orderId).length ?? null;

const loss = (history: History, order: OrderStory & { orderId: string }): string | null => {
  const count = inLog(history, order.orderId);
  if (count !== null && count !== 1) return `is in the log ${count} times`;
  return lossOf(
    order,
    history.kept.find((it) => it.orderId === order.orderId),
  );
};

const wasAnswered = (order: OrderStory): order is OrderStory & { orderId: string } =>
  order.orderId !== null && order.claims.length > 0;

/** What was refused before anything was done: 403, and 503 of a gateway without a lease. */
const REFUSED = new Set(['gateway_fenced', 'not_ready']);

const wrongWork = (attempt: Attempt, stored: boolean): string | null => {
  const { status, code } = attempt;
  if (isAdmitted(attempt) && !stored) return 'acknowledged, and is not in the work log';
  const refused = status === 403 || REFUSED.has(code ?? '');
  return stored && refused ? `refused (${status} ${code}), and stored` : null;
};

const workFaults = ({ attempts, storedWork }: History): Omit<Finding, 'invariant'> => {
  const violations: Violation[] = [];
  let checked = 0;
  for (const attempt of storedWork === null ? [] : attempts) {
    const { work, gateway, from, sentMs: atMs, orderId } = attempt;
    if (work === null) continue;
    checked += 1;
    const wrong = wrongWork(attempt, storedWork?.has(work) === true);
    const text = `the intent of ${from} was ${wrong} by ${gateway}`;
    if (wrong !== null) violations.push({ invariant: 'work', atMs, gateway, orderId, text });
  }
  return { checked, violations };
};

/** I2: an order that was answered is there at the end, once, under its id. And the same for acknowledged work. */
export const ordersAreKept = (history: History): readonly Finding[] => {
  const answered = history.orders.filter(wasAnswered);
  const violations = answered.flatMap((order): Violation[] => {
    const { orderId, sentMs: atMs, selector } = order;
    const wrong = loss(history, order);
    if (wrong === null) return [];
    const text = `${orderId} (${selector}) was answered and ${wrong}`;
    return [{ invariant: 'I2', atMs, gateway: null, orderId, text }];
  });
  return [
    { invariant: 'I2', checked: answered.length, violations },
    { invariant: 'work', ...workFaults(history) },
  ];
};
