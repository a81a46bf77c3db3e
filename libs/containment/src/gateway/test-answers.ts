import { join } from 'node:path';
import { live, type GatewayId, type Selector } from '#contracts';
import { signedText } from '#domain';
import type { Broadcast } from '#event-store';
import { writeWhole, type Clock, type Logger } from '#platform';
import type { IdentityFile } from '../keys/identity-file.js';
import type { KeyRing } from '../keys/key-ring.js';
import { encodeTested, type TestOrder } from '../wire/live-messages.js';

/** What a stop ended, or would end. */
export interface Cut {
  readonly streams: number;
  readonly calls: number;
}

export interface TestAnswersOptions {
  readonly gateway: GatewayId;
  readonly directory: string;
  readonly identity: IdentityFile;
  readonly messaging: Broadcast;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ring: KeyRing;
  readonly handlers: { wouldCut(selector: Selector): Cut; rejected(what: string): void };
  state(): { readonly boot: number; readonly position: number; admits(): boolean };
}

/** A test older than this is a replay. */
const AGE_MS_MAX = 60_000;
const AT_ONCE_MAX = 8;
const NOTHING: Cut = { streams: 0, calls: 0 };

/** Answers TEST orders: verified, brought to the disk and confirmed as a stop would be; only nothing is refused. */
export class TestAnswers {
  private running = 0;

  constructor(private readonly options: TestAnswersOptions) {}

  answer(test: TestOrder, signature: string): void {
    const { clock, handlers, ring } = this.options;
    const startedMs = clock.monotonicMs();
    const text = signedText('test', test);
    const claim = { kind: 'node', signer: test.node, signature, text, atMs: null } as const;
    const isNow = Math.abs(clock.nowMs() - test.atMs) <= AGE_MS_MAX;
    if (!isNow || this.running >= AT_ONCE_MAX || !ring.verify(claim)) {
      return handlers.rejected('test');
    }
    this.running += 1;
    void this.confirm(test, startedMs).finally(() => (this.running -= 1));
  }

  private async confirm(test: TestOrder, startedMs: number): Promise<void> {
    const { gateway, directory, identity, messaging, clock, handlers, logger } = this.options;
    const wouldCut = test.selector === null ? NOTHING : handlers.wouldCut(test.selector);
    try {
      await writeWhole(join(directory, 'test.json'), `${JSON.stringify(test)}\n`);
    } catch (error) {
      return logger.error({ err: error }, 'a test order cannot be written to the disk: no receipt');
    }
    const state = this.options.state();
    const tested = {
      testId: test.testId,
      nonce: test.nonce,
      gateway,
      boot: state.boot,
      position: state.position,
      admits: state.admits(),
      appliedAfterMs: Math.max(0, clock.monotonicMs() - startedMs),
      wouldCut,
    };
    const signature = identity.current.sign(signedText('tested', tested));
    messaging.publish(live.receipt(gateway), encodeTested(tested, signature));
  }
}
