import { setFlagsFromString } from 'node:v8';
import type { Address, StopOrderId } from '#contracts';
import { ControlNode, ControlView, GatewayLease, type GatewayOutput } from '#domain';
import { KeyRing } from './keys/key-ring.js';
import { generateKey, openKey } from './keys/signing-key.js';
import { RingSigning } from './keys/signing.js';
import { decodePush, encodeOrder } from './wire/live-messages.js';
import { orderBodyOf, stopOrderedOf, type StopOrderedEvent } from './wire/order-event.js';

/** As often as the engine wants to see a function before it compiles it; some tens of milliseconds in all. */
const TIMES = 150;
const NODE = 'warm-up';
const NOW = { monoMs: 0, wallMs: 0 };
let isWarm = false;

/**
 * Plays stops through the whole of the protocol once in a process, with keys, orders and a view of their own that nobody
 * else ever sees. Stops are rare: without it the engine runs the one that counts as it runs a program that it sees for the
 * first time, and forgets between two of them what it knew of the way.
 */
export const warmUp = (): void => {
  if (isWarm) return;
  isWarm = true;
  setFlagsFromString('--no-flush-bytecode');
  const key = openKey(generateKey());
  const ring = new KeyRing();
  ring.add('node', NODE, key.publicKey, 0);
  const signing = new RingSigning({ keys: [key], keyFor: () => key }, ring);
  const spool = { incarnation: null, orders: [] };
  const node = new ControlNode({ node: NODE, process: NODE, signing, spool });
  const gateway = { gateway: NODE, joinNonce: NODE, modes: ['halt'], pin: null } as const;
  const lease = new GatewayLease({ ...gateway, signing });
  const view = new ControlView();
  for (let count = 0; count < TIMES; count += 1) {
    for (const text of pushesOf(node, exampleStop(count))) hear(lease, view, text);
  }
};

const pushesOf = (node: ControlNode, event: StopOrderedEvent): string[] =>
  node
    .step({ kind: 'order', order: orderBodyOf(event) }, NOW)
    .flatMap((output) => (output.kind === 'push' ? [encodeOrder(output.signed)] : []));

const hear = (lease: GatewayLease, view: ControlView, text: string): void => {
  const pushed = decodePush(text);
  if (pushed?.kind !== 'order') return;
  const outputs = lease.step({ kind: 'pushed', signed: pushed.signed }, NOW);
  for (const output of outputs) enforce(view, output);
};

const enforce = (view: ControlView, output: GatewayOutput): void => {
  const order = output.kind === 'enforce' ? stopOrderedOf(output.signed) : null;
  if (order !== null) view.enforce(order);
};

const exampleStop = (count: number): StopOrderedEvent => ({
  type: 'StopOrdered',
  version: 1,
  id: '01890000-0000-7000-8000-000000000000',
  at: '1970-01-01T00:00:00.000Z',
  org: 'warm',
  workspace: 'up',
  actor: { kind: 'system', id: NODE, via: NODE },
  reason: null,
  correlation_id: NODE,
  causation_id: null,
  signature: null,
  data: {
    orderId: `stop_${String(count)
      .replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? 'a')
      .padStart(20, 'a')}` as StopOrderId,
    mode: 'halt',
    selector: { agent: `agent://warm/up/agent-${count}` as Address },
    reason: null,
    expiresAt: null,
    drainUntil: null,
  },
});
