import { randomBytes } from 'node:crypto';
import { live, type NodeId, type Selector } from '#contracts';
import { signedText } from '#domain';
import type { Broadcast } from '#event-store';
import type { Clock } from '#platform';
import type { IdentityFile } from '../keys/identity-file.js';
import type { KeyRing } from '../keys/key-ring.js';
import { encodeTest, type TestReceipt } from '../wire/live-messages.js';

export interface TestOrdersOptions {
  readonly node: NodeId;
  readonly identity: IdentityFile;
  readonly messaging: Broadcast;
  readonly clock: Clock;
  readonly ring: KeyRing;
}

/** A gateway's proven answer to a test. */
export interface Tested extends TestReceipt {
  /** From the push to the arrival of the answer here, in milliseconds. */
  readonly tookMs: number;
  readonly signature: string;
}

export interface Test {
  /** @default random */
  readonly nonce?: string;
  /** Whom a stop would cover; `null`: the gateways alone are asked. */
  readonly selector: Selector | null;
  /** Who is waited for: the answer comes when all have answered, or the time is over. */
  readonly gateways: readonly string[];
  readonly timeoutMs: number;
}

/** What came of a test, by gateway. */
export interface Outcome {
  readonly answers: ReadonlyMap<string, Tested>;
  /** Gateways in whose name something came that proves nothing: another nonce, or not signed with their key. */
  readonly refused: ReadonlySet<string>;
}

interface Running {
  readonly nonce: string;
  readonly startedMs: number;
  readonly answers: Map<string, Tested>;
  readonly refused: Set<string>;
  check(): void;
}

/** The bytes that a gateway signed, as UTF-8: with them and its public key anybody can check the signature. */
export const testedText = (tested: TestReceipt): string => {
  const { testId, nonce, gateway, boot, position, admits, appliedAfterMs, wouldCut } = tested;
  return signedText('tested', {
    ...{ testId, nonce, gateway, boot, position, admits, appliedAfterMs, wouldCut },
  });
};

/** TEST orders of this node, and what the gateways answered. */
export class TestOrders {
  private readonly running = new Map<string, Running>();

  constructor(private readonly options: TestOrdersOptions) {}

  /** Asks every gateway over the push route. Answers what was proven in time, by gateway. */
  async run(test: Test): Promise<Outcome> {
    const { node, identity, messaging, clock } = this.options;
    const testId = randomBytes(12).toString('base64url');
    const nonce = test.nonce ?? randomBytes(16).toString('base64url');
    const order = { testId, node, nonce, selector: test.selector, atMs: clock.nowMs() };
    const answers = new Map<string, Tested>();
    const refused = new Set<string>();
    const startedMs = clock.monotonicMs();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, test.timeoutMs);
      const check = (): void => {
        if (!test.gateways.every((gateway) => answers.has(gateway))) return;
        clearTimeout(timer);
        resolve();
      };
      this.running.set(testId, { nonce, startedMs, answers, refused, check });
      const signature = identity.current.sign(signedText('test', order));
      messaging.publish(live.order(node), encodeTest(order, signature));
      check();
    });
    this.running.delete(testId);
    return { answers, refused };
  }

  /** Whether it is one that somebody asked for, and its gateway's own word. */
  heard(tested: TestReceipt, signature: string): boolean {
    const { ring, clock } = this.options;
    const running = this.running.get(tested.testId);
    // Every node hears every answer: that of another's test is no reject.
    if (running === undefined) return true;
    const text = testedText(tested);
    const claim = { kind: 'gateway', signer: tested.gateway, signature, text, atMs: null } as const;
    if (tested.nonce !== running.nonce || !ring.verify(claim)) {
      running.refused.add(tested.gateway);
      return false;
    }
    const tookMs = clock.monotonicMs() - running.startedMs;
    if (!running.answers.has(tested.gateway))
      running.answers.set(tested.gateway, { ...tested, tookMs, signature });
    running.check();
    return true;
  }
}
