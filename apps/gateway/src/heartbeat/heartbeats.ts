import type { Address, HealthStatus, sendHeartbeat, Usage } from '#contracts';
import { healthOf, type ControlView } from '#domain';
import { addressIdOf, ApiProblem, toTimestamp, type Call, type Clock } from '#platform';
import type { Activity } from '../activity/activity.js';
import { stopDetails } from '../gate/stop-problem.js';
import type { AnswerIntents } from '../intents/answer-intents.js';
import { usageOf } from './usage.js';

export interface HeartbeatsOptions {
  readonly view: ControlView;
  readonly clock: Clock;
  readonly activity: Activity;
  readonly answers: AnswerIntents;
}

type HeartbeatCall = Call<typeof sendHeartbeat>;

const CHECKPOINT_BYTES_MAX = 65_536;

/** Signs of life. The stopped are answered too: 200, and what stopped them. */
export class Heartbeats {
  constructor(private readonly options: HeartbeatsOptions) {}

  async handle(call: HeartbeatCall) {
    const { principal, body } = call;
    if (principal.kind !== 'sa')
      throw new ApiProblem('forbidden', 'Heartbeats are sent by agents.');
    const { view, clock, activity } = this.options;
    const { address } = principal;
    const nowMs = clock.nowMs();
    const hold = view.strictestHold(address, null, nowMs);
    const usage = usageOf(body.metrics);
    const health_status = this.health(address, nowMs, usage);
    activity.heartbeat(address, {
      instance: body.instance ?? null,
      answered: health_status,
      usage,
    });
    return {
      ok: true,
      address_id: addressIdOf(address),
      address,
      health_status,
      received_at: toTimestamp(nowMs),
      ...(hold === null ? {} : { stop: stopDetails(hold) }),
      ...(body.checkpoint ? { checkpoint: await this.checkpoint(call, body.checkpoint) } : {}),
    };
  }

  /** This very heartbeat is later than any lift, whatever the clocks of two machines say. */
  private health(address: Address, nowMs: number, usage: Usage | null): HealthStatus {
    const { view } = this.options;
    const lastHeartbeatMs = Math.max(nowMs, (view.liftedAtMs(address) ?? 0) + 1);
    const intents = { total: usage?.intentsTotal ?? 0, failed: usage?.intentsFailed ?? 0 };
    return healthOf({ view, address, lastHeartbeatMs, intents, nowMs });
  }

  /** The heartbeat counts whatever becomes of its checkpoint; the answer says why it was not saved. */
  private async checkpoint(
    { principal, traceId, request, reply }: HeartbeatCall,
    checkpoint: NonNullable<HeartbeatCall['body']['checkpoint']>,
  ) {
    refuseLargeCheckpoint(checkpoint.data, 'checkpoint.data');
    try {
      const { intent_id: id, data } = checkpoint;
      const asker = { principal, request, reply };
      await this.options.answers.saveProgress({ ...asker, id, traceId, data });
      return { saved: true };
    } catch (error) {
      if (error instanceof ApiProblem) return { saved: false, reason: error.code };
      throw error;
    }
  }
}

/** @throws ApiProblem `payload_too_large` */
export const refuseLargeCheckpoint = (data: unknown, path: string): void => {
  const bytes = Buffer.byteLength(JSON.stringify(data));
  if (bytes <= CHECKPOINT_BYTES_MAX) return;
  const detail = `${path} has ${bytes} bytes; at most ${CHECKPOINT_BYTES_MAX} (64 KiB) are kept.`;
  throw new ApiProblem('payload_too_large', detail, {
    details: { fields: [{ in: 'body', path, message: 'is larger than 64 KiB' }] },
  });
};
