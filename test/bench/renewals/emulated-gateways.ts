import { randomBytes } from 'node:crypto';
import {
  CONTROL_FILTER,
  gatewaySubject,
  live,
  type ControlEvent,
  type GatewayId,
  type RegionName,
  type StopMode,
} from '#contracts';
import {
  encodeRenewal,
  entryOf,
  generateKey,
  KeyRing,
  learn,
  openKey,
  RingSigning,
  signedEvent,
  type SigningKey,
} from '#containment';
import { RENEWAL_EVERY_MS, type LogMark } from '#domain';
import type { Messaging, RawLog } from '#event-store';
import { record, systemClock, systemIds } from '#platform';

const MODES: StopMode[] = ['halt', 'pause', 'quarantine', 'drain'];
const NONCE_BYTES = 12;
const TICK_MS = 1;

interface Gateway {
  readonly id: GatewayId;
  readonly signing: RingSigning;
  position: number;
  dueMs: number;
}

/** What the emulator reads of an answer: it trusts it, since all it wants is to ask like a gateway. */
interface Answer {
  readonly node: string;
  readonly gateway: string;
  readonly position: number;
}

/**
 * Gateways of which there is only the asking: each is a member with a key of its own, knows its place in the log and renews
 * every 150 ms, all of them evenly spread.
 */
export class EmulatedGateways {
  readonly answers: Record<string, number> = {};
  answerBytes = 0;
  renewals = 0;
  private readonly ring = new KeyRing();
  private readonly gateways = new Map<string, Gateway>();
  private last: LogMark = { sequence: 0, storedAtMs: 0 };
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly log: RawLog,
    private readonly messaging: Messaging,
  ) {}

  /** Resolves when all are in the log, and their own reading has come so far. */
  async join(count: number): Promise<void> {
    let lastJoin = 0;
    for (let index = 0; index < count; index += 1) {
      const id = `emulated-${index + 1}` as GatewayId;
      const key = openKey(generateKey());
      lastJoin = await this.append(id, key);
      const signing = new RingSigning({ keys: [key], keyFor: () => key }, this.ring);
      this.gateways.set(id, { id, signing, position: 0, dueMs: 0 });
    }
    await new Promise<void>((resolve) => this.follow(lastJoin, resolve));
    this.messaging.subscribe(live.answer('*'), (message) => this.answered(message.text()));
    await this.messaging.flush();
  }

  renew(): void {
    const nowMs = performance.now();
    const apartMs = RENEWAL_EVERY_MS / this.gateways.size;
    for (const [index, gateway] of [...this.gateways.values()].entries())
      gateway.dueMs = nowMs + index * apartMs;
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  rest(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  private tick(): void {
    const nowMs = performance.now();
    for (const gateway of this.gateways.values()) {
      if (gateway.dueMs > nowMs) continue;
      gateway.dueMs += RENEWAL_EVERY_MS;
      this.ask(gateway);
    }
  }

  private ask({ id, signing, position }: Gateway): void {
    const nonce = randomBytes(NONCE_BYTES).toString('base64url');
    const from = Math.max(position, this.last.sequence);
    const renewal = { gateway: id, boot: 1, nonce, position: from, last: this.last, applied: [] };
    const signature = signing.sign({ kind: 'renewal', value: renewal });
    this.messaging.publish(live.renewal(id), encodeRenewal(renewal, signature));
    this.renewals += 1;
  }

  private answered(text: string): void {
    const { node, gateway, position } = JSON.parse(text) as Answer;
    const asker = this.gateways.get(gateway);
    if (asker === undefined) return;
    asker.position = Math.max(asker.position, position);
    this.answers[node] = (this.answers[node] ?? 0) + 1;
    this.answerBytes += text.length;
  }

  private follow(until: number, reached: () => void): void {
    this.log.follow({
      filters: [CONTROL_FILTER],
      from: () => this.last.sequence + 1,
      onSubscribed: () => undefined,
      onDelivery: (delivery) => {
        const { sequence, storedAtMs } = delivery;
        learn(entryOf(delivery, this.ring), this.ring);
        this.last = { sequence, storedAtMs };
        if (sequence >= until) reached();
      },
    });
  }

  private async append(gateway: GatewayId, key: SigningKey): Promise<number> {
    const { keyId, publicKey } = key;
    const join = randomBytes(NONCE_BYTES).toString('base64url');
    const region = 'us-east' as RegionName;
    const data = { gateway, region, boot: 1, url: null, join, keyId, publicKey, modes: MODES };
    const actor = { kind: 'gateway', id: gateway, via: 'mesh' } as const;
    const about = { actor, org: null, workspace: null, correlationId: systemIds.uuid() };
    const event = record({ type: 'GatewayJoined', data }, about, systemClock, systemIds);
    const { sequence } = await this.log.append({
      subject: gatewaySubject(gateway),
      text: JSON.stringify(signedEvent(event as ControlEvent, gateway, key)),
      messageId: event.id,
      expectLastSubjectSequence: 0,
    });
    return sequence;
  }
}
