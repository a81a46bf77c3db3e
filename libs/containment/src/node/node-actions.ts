import { live, type NodeId } from '#contracts';
import type { LogEntry, NodeInput, NodeOutput, RenewalAnswer } from '#domain';
import type { KeyRing } from '../keys/key-ring.js';
import type { KeyRotation } from '../keys/rotation.js';
import { appendOutput, type WriteFact } from '../wire/append-output.js';
import { encodeAnswer, encodeJoin, encodeOrder } from '../wire/live-messages.js';
import { learn, storedOf } from '../wire/log-entries.js';
import { encodeRestore } from '../wire/restore-word.js';
import { stopOrderedOf } from '../wire/order-event.js';
import type { EchoWatch } from './echo-watch.js';
import { nodeFacts } from './node-facts.js';
import type { NodeShellOptions } from './node-shell-options.js';
import type { SpoolFile } from './spool-file.js';

export interface NodeActionsParts {
  readonly id: NodeId;
  readonly options: NodeShellOptions;
  readonly ring: KeyRing;
  readonly spool: SpoolFile;
  readonly echoes: EchoWatch;
  readonly rotation: KeyRotation;
  position(): number;
  step(input: NodeInput): void;
  /** Begins a new consumer of the log. */
  restart(): void;
  /** The order is on this node's disk, and pushed. */
  ordered(orderId: string): void;
  /** The log is not the one that was read; `false`: that was mended. */
  rolledBack(is: boolean): void;
  left(): void;
}

/** So many wait for the tick at most. */
const PROOFS_MAX = 256;

/** Carries out what the control node's side of the protocol asks for, in its order. */
export class NodeActions {
  readonly #write: WriteFact;
  #proofs: RenewalAnswer[] = [];
  #hasApplied = false;

  constructor(private readonly parts: NodeActionsParts) {
    this.#write = nodeFacts({ ...parts.options, node: parts.id });
  }

  /** @param on the kind of input that asked for it */
  perform(outputs: readonly NodeOutput[], on: NodeInput['kind'] | 'start'): void {
    for (const output of outputs) this.#do(output);
    if (on === 'tick' || this.#proofs.length >= PROOFS_MAX) this.#sendProofs();
    if (!this.#hasApplied) return;
    this.#hasApplied = false;
    this.parts.options.handlers.applied(this.parts.position());
  }

  // What only renews leases goes out together, with the tick: each write to a connection costs as much as all else about an
  // answer, and the wait takes nothing from a lease, whose time runs from the gateway's own send.
  #sendProofs(): void {
    if (this.#proofs.length === 0) return;
    const proofs = this.#proofs;
    this.#proofs = [];
    for (const answer of proofs) this.#answer(answer);
  }

  #answer(answer: RenewalAnswer): void {
    this.parts.options.messaging.publish(live.answer(answer.gateway), encodeAnswer(answer));
  }

  // eslint-disable-next-line complexity -- one line for each kind of output
  #do(output: NodeOutput): void {
    const { messaging, handlers, logger } = this.parts.options;
    switch (output.kind) {
      case 'apply':
        return this.#apply(output.entry);
      case 'enforce': {
        const order = stopOrderedOf(output.signed);
        return order === null ? undefined : handlers.enforce(order);
      }
      case 'push':
        return messaging.publish(live.order(this.parts.id), encodeOrder(output.signed));
      case 'spool': {
        const { orderId } = output.signed.order;
        return void this.parts.spool
          .add(output.signed)
          .then(() => this.parts.step({ kind: 'spooled', orderId }));
      }
      case 'unspool':
        return this.parts.spool.remove(output.orderId);
      case 'remember-log':
        return this.parts.spool.remember(output.incarnation);
      case 'ordered':
        return this.parts.ordered(output.orderId);
      case 'append':
        return void this.#append(output);
      case 'answer':
        return isBareProof(output.answer)
          ? void this.#proofs.push(output.answer)
          : this.#answer(output.answer);
      case 'tell-restore':
        return messaging.publish(live.answer(output.word.gateway), encodeRestore(output.word));
      case 'ask-join':
        return this.#sayJoin('join-asked', output);
      case 'acknowledge-join':
        return this.#sayJoin('join-acknowledged', output);
      case 'resubscribe':
        return this.parts.restart();
      case 'lifted':
      case 'lift-refused':
        return;
      case 'start-over':
        this.parts.ring.startOver();
        this.parts.rolledBack(false);
        return handlers.startOver();
      case 'alarm':
        this.parts.rolledBack(true);
        logger.fatal({ problem: output.problem }, 'the control log was rolled back');
    }
  }

  #sayJoin(
    kind: 'join-asked' | 'join-acknowledged',
    { word, signature }: Extract<NodeOutput, { kind: 'ask-join' | 'acknowledge-join' }>,
  ): void {
    this.parts.options.messaging.publish(live.join(word.to), encodeJoin(kind, word, signature));
  }

  #apply(entry: LogEntry): void {
    learn(entry, this.parts.ring);
    this.#hasApplied = true;
    const stored = storedOf(entry);
    if (stored !== null) {
      this.parts.rotation.read(stored);
      return this.parts.options.handlers.apply(stored);
    }
    const { sequence, record } = entry;
    this.parts.options.handlers.rejected('event', sequence);
    this.parts.options.logger.error(
      { sequence, subject: record.subject },
      'an unsigned event has no effect',
    );
  }

  async #append(output: Extract<NodeOutput, { kind: 'append' }>): Promise<void> {
    const { echoes, options } = this.parts;
    if (output.fact.kind === 'echo') echoes.sent(output.fact);
    const answer = await appendOutput(options.log, output, this.#write);
    this.parts.step({ kind: 'append-answered', ref: output.ref, answer });
    if (output.ref === 'leave') this.parts.left();
  }
}

/** It tells the gateway of nothing that it has to do. */
const isBareProof = ({ events, pending, wanted }: RenewalAnswer): boolean =>
  events.length === 0 && pending.length === 0 && wanted.length === 0;
