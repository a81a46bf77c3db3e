import { live } from '#contracts';
import type { GatewayInput, GatewayOutput, LogEntry, SignedOrder } from '#domain';
import type { KeyRing } from '../keys/key-ring.js';
import type { KeyRotation } from '../keys/rotation.js';
import { appendOutput } from '../wire/append-output.js';
import { encodeOrder, encodeReceipt, encodeRenewal } from '../wire/live-messages.js';
import { learn, storedOf } from '../wire/log-entries.js';
import { stopOrderedOf, type StopOrderedEvent } from '../wire/order-event.js';
import { gatewayFacts } from './gateway-facts.js';
import type { GatewayShellOptions } from './gateway-shell-options.js';
import type { PinFile } from './pin-file.js';

export interface GatewayActionsParts {
  readonly options: GatewayShellOptions;
  readonly ring: KeyRing;
  readonly pin: PinFile;
  readonly rotation: KeyRotation;
  /** Of the lease, for what is written to the log of this process. */
  readonly state: { readonly phase: string; readonly boot: number; readonly position: number };
  step(input: GatewayInput): void;
  /** Begins a new consumer of the log. */
  restart(): void;
  /** A proof makes the state fresh. */
  proven(): void;
  left(): void;
}

/** Carries out what the gateway's side of the protocol asks for, in its order. */
export class GatewayActions {
  #hasApplied = false;
  /** The log that the disk belongs to. */
  pinned: string | null;

  constructor(private readonly parts: GatewayActionsParts) {
    this.pinned = parts.pin.kept?.incarnation ?? null;
  }

  perform(outputs: readonly GatewayOutput[]): void {
    for (const output of outputs) this.#do(output);
    if (!this.#hasApplied) return;
    this.#hasApplied = false;
    this.parts.options.handlers.applied(this.parts.state.position);
  }

  // eslint-disable-next-line complexity -- one line for each kind of output
  #do(output: GatewayOutput): void {
    const { messaging, gateway, handlers, logger } = this.parts.options;
    switch (output.kind) {
      case 'apply':
        return this.#apply(output.entry);
      case 'enforce':
        return this.#withOrder(output.signed, (order) => handlers.enforce(order));
      case 'cut':
        return this.#withOrder(output.signed, (order) => this.#cut(order));
      case 'pin':
        this.pinned = output.pin.incarnation;
        return this.parts.pin.write(output.pin, output.write);
      case 'send-receipt':
        handlers.counted('receipt');
        return messaging.publish(live.receipt(gateway), encodeReceipt(output.receipt));
      case 'renew':
        // Of no node anything was read: nobody could believe it.
        if (output.signature === '') return;
        return messaging.publish(
          live.renewal(gateway),
          encodeRenewal(output.renewal, output.signature),
        );
      case 'push-to':
        return messaging.publish(live.handed(output.node), encodeOrder(output.signed));
      case 'append':
        return void this.#append(output);
      case 'resubscribe':
        return this.parts.restart();
      case 'fence':
        logger.warn(
          { phase: this.parts.state.phase },
          'fenced: nothing proves that the state is fresh',
        );
        return handlers.fence();
      case 'unfence':
        this.parts.proven();
        logger.info(
          { boot: this.parts.state.boot, position: this.parts.state.position },
          'the state is proven fresh',
        );
        return handlers.unfence();
      case 'release':
        return;
      case 'start-over':
        this.parts.ring.startOver();
        return handlers.startOver();
      case 'alarm':
        logger.fatal({ problem: output.problem }, 'the control log was rolled back: closed');
    }
  }

  #apply(entry: LogEntry): void {
    learn(entry, this.parts.ring);
    const stored = storedOf(entry);
    if (stored === null) {
      const { sequence, record } = entry;
      this.parts.options.handlers.rejected('event', sequence);
      const { subject } = record;
      this.parts.options.logger.error({ sequence, subject }, 'an unsigned event has no effect');
      return;
    }
    this.#hasApplied = true;
    this.parts.rotation.read(stored);
    this.parts.options.handlers.apply(stored);
  }

  #withOrder(signed: SignedOrder, act: (order: StopOrderedEvent) => void): void {
    const order = stopOrderedOf(signed);
    if (order !== null) act(order);
  }

  // The outputs that follow in the same batch come first; the cut itself is done by now.
  #cut(order: StopOrderedEvent): void {
    const cut = this.parts.options.handlers.cut(order);
    const { orderId } = order.data;
    queueMicrotask(() => this.parts.step({ kind: 'cut', orderId, cut }));
  }

  async #append(output: Extract<GatewayOutput, { kind: 'append' }>): Promise<void> {
    const answer = await appendOutput(
      this.parts.options.log,
      output,
      gatewayFacts(this.parts.options),
    );
    this.parts.step({ kind: 'append-answered', ref: output.ref, answer });
    if (output.ref === 'leave') this.parts.left();
  }
}
