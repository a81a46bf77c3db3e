import { formatSelector, type getStop, StopOrderId } from '#contracts';
import type { AnswerOf } from '#sdk';
import { UsageError } from '../arguments/usage-error.js';
import type { Call, Command } from '../command.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { isConfirmed } from '../mesh/confirmation.js';
import { breachText } from '../render/breaches.js';
import { orderTable } from '../render/fleet.js';
import { actorText } from '../render/audit.js';
import { orderRecordLines } from '../render/order-record.js';
import { orderReport } from '../render/order-report.js';
import type { Paint } from '../render/paint.js';
import { reasonText, when } from '../render/words.js';
import { resumeCommand } from './resume.command.js';

const orderId = (text: string): string => {
  if (StopOrderId.safeParse(text).success) return text;
  throw new UsageError(
    `not the id of a stop order: ${text}`,
    'It begins with "stop_"; see "estop orders".',
  );
};

const states = ['standing', 'lifted', 'all'] as const;

const stateOf = ({ flags }: Call): (typeof states)[number] => {
  const given = flags.text('state') ?? 'standing';
  const state = states.find((candidate) => candidate === given);
  if (state) return state;
  throw new UsageError(`--state is not one: ${given}`, 'It is one of standing, lifted, all.');
};

const list: Command = {
  name: 'orders list',
  summary: 'stop orders, newest first',
  words: { min: 0, max: 0 },
  flags: {
    state: { value: 'STATE', help: 'standing, lifted or all (default standing)' },
    limit: { value: 'N', help: 'orders on a page (default 100)' },
    cursor: { value: 'CURSOR', help: 'the next page' },
  },
  examples: ['estop orders', 'estop orders --state all', 'estop orders --json'],
  run: async (call) => {
    const { estop, flags, terminal, json, paint } = call;
    const cursor = flags.text('cursor');
    const query = { state: stateOf(call), limit: flags.count('limit') ?? 100 };
    const answer = await estop.stops.list(
      { ...query, ...(cursor === undefined ? {} : { cursor }) },
      { signal: terminal.signal },
    );
    if (json) terminal.out(JSON.stringify(answer));
    else {
      terminal.out(
        answer.orders.length === 0 ? 'No such order.' : orderTable(answer.orders, paint),
      );
      if (answer.next_cursor) terminal.err(`More: --cursor ${answer.next_cursor}`);
    }
    return exitCodes.confirmed;
  },
};

const shownOrder = (order: AnswerOf<typeof getStop>, confirmed: boolean, paint: Paint): string => {
  const { mode, order_id, selector, lifted } = order;
  const breach = order.breach ? ['', `Ordered by ${breachText(order.breach)}`] : [];
  const record = [...breach, ...orderRecordLines(order.record, paint)];
  if (lifted === null) {
    const view = { order: { ...order, changed: true }, confirmed, typed: order_id };
    return orderReport({ ...view, record }, paint);
  }
  const { at, actor, reason } = lifted;
  return [
    `${mode} ${order_id} on ${formatSelector(selector)}`,
    `ordered ${when(order.ordered_at)} by ${actorText(order.actor)}, reason ${reasonText(order.reason)}`,
    `lifted ${when(at)} by ${actor.kind} ${actor.id}, reason ${reasonText(reason)}`,
    ...record,
  ].join('\n');
};

/** "orders show", and "status" of an order. */
export const showOrder = async ({
  words,
  estop,
  terminal,
  json,
  paint,
}: Call): Promise<ExitCode> => {
  const order = await estop.stops.get(orderId(words[0] as string), { signal: terminal.signal });
  const confirmed = isConfirmed(order, null);
  terminal.out(
    json ? JSON.stringify({ ...order, confirmed }) : shownOrder(order, confirmed, paint),
  );
  return confirmed || order.lifted !== null ? exitCodes.confirmed : exitCodes.notConfirmed;
};

const show: Command = {
  name: 'orders show',
  summary: 'one order: what each gateway said, let out before it and refused since',
  usage: 'ORDER',
  words: { min: 1, max: 1 },
  details: ['Exits 4 while a standing order is not contained, so a script can poll it.'],
  examples: ['estop orders show stop_abcdefghijklmnopqrst'],
  run: showOrder,
};

const reason: Command = {
  name: 'orders reason',
  summary: 'write or mend the reason of a stop after the fact',
  usage: 'ORDER TEXT',
  words: { min: 2, max: 2 },
  examples: ['estop orders reason stop_abcdefghijklmnopqrst "broken link in the template"'],
  run: async ({ words, estop, terminal, json }) => {
    const [id = '', text = ''] = words;
    const order = await estop.stops.giveReason(orderId(id), text, { signal: terminal.signal });
    terminal.out(json ? JSON.stringify(order) : `${order.order_id}: ${reasonText(order.reason)}`);
    return exitCodes.confirmed;
  },
};

const lift: Command = {
  ...resumeCommand,
  name: 'orders lift',
  summary: 'lift one order; what another order holds stays stopped',
  usage: 'ORDER',
  details: ['The same as "estop resume ORDER".'],
  examples: ['estop orders lift stop_abcdefghijklmnopqrst --reason "false alarm"'],
  run: async (call) => {
    orderId(call.words[0] as string);
    return resumeCommand.run(call);
  },
};

export const orderCommands: readonly Command[] = [list, show, reason, lift];
