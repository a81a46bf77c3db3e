import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { live, streams, type ControlEvent } from '#contracts';
import { IdentityFile, NodeShell, signedEvent } from '#containment';
import type { Nats } from '#event-store-jetstream';
import { createLogger, systemClock, systemIds } from '#platform';
import { until } from '#testing';

/** A control node in this process: gateways get their leases from it, and it signs what the test says. */
export class TestNode {
  private constructor(
    private readonly nats: Nats,
    private readonly directory: string,
    private readonly identity: IdentityFile,
    readonly shell: NodeShell,
  ) {}

  static async start(nats: Nats, name = 'node-1'): Promise<TestNode> {
    const directory = mkdtempSync(join(tmpdir(), 'estop-node-'));
    const identity = await IdentityFile.open(directory, () => `${name}-aaaaaaaa`);
    const shell = await NodeShell.open({
      ...{ name, identity, directory, clock: systemClock, ids: systemIds, url: () => null },
      log: nats.rawLog(streams.control.name),
      messaging: nats.messaging(),
      logger: createLogger({ service: 'node', level: 'silent' }),
      handlers: {
        apply: () => undefined,
        startOver: () => undefined,
        applied: () => undefined,
        enforce: () => undefined,
        fenceCounts: () => true,
        rejected: () => undefined,
      },
    });
    await shell.start();
    await until(() => shell.isMember);
    return new TestNode(nats, directory, identity, shell);
  }

  signed<E extends ControlEvent>(event: E): E {
    return signedEvent(event, this.shell.id, this.identity.current);
  }

  /** The order goes to the gateways alone: the log never hears of it from here. */
  push(event: ControlEvent): void {
    this.nats.messaging().publish(live.order(this.shell.id), JSON.stringify(this.signed(event)));
  }

  async stop(): Promise<void> {
    await this.shell.stop();
    rmSync(this.directory, { recursive: true });
  }
}
