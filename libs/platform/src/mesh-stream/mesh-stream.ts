import type { FastifyReply } from 'fastify';
import type { ControlEvent, Principal } from '#contracts';
import type { EventStore } from '#event-store';
import type { Clock } from '../clock/clock.js';
import type { ControlLog } from '../control-log/control-log.js';
import type { StoredControl } from '../control-log/control-source.js';
import { ApiProblem } from '../http/api-problem.js';
import { openSse, type Sse } from '../http/sse.js';
import { maySee, meshEventOf } from './mesh-event.js';
import { RecentControlEvents } from './recent-events.js';
import { resume } from './resumption.js';

export interface MeshStreamOptions {
  readonly store: Pick<EventStore<ControlEvent>, 'readPage'>;
  readonly controlLog: Pick<ControlLog, 'listen' | 'view' | 'hadEffect'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** @default 200 */
  readonly streamsMax?: number;
  /** @default 15000 */
  readonly commentEveryMs?: number;
  /** So many of the newest events are kept for those who come back. @default 2048 */
  readonly recentMax?: number;
}

export interface MeshStreamRequest {
  readonly principal: Principal;
  readonly reply: FastifyReply;
  /** The header as it came; goes on behind this sequence. `undefined`: from now on. */
  readonly lastEventId?: string | undefined;
}

/** Control events as they are applied here, for dashboards and `watch`. */
export interface MeshStream {
  /** Opens the stream. @throws ApiProblem `too_many_streams`, or `invalid_field` for a Last-Event-ID that is no sequence */
  open(request: MeshStreamRequest): void;
  /** Ends all streams. */
  close(): void;
}

const STREAMS_MAX = 200;
const COMMENT_EVERY_MS = 15_000;
const RECENT_MAX = 2_048;

export const createMeshStream = (options: MeshStreamOptions): MeshStream => {
  const open = new Set<Sse>();
  const recent = new RecentControlEvents(options.recentMax ?? RECENT_MAX);
  const stopListening = options.controlLog.listen((stored) => recent.add(stored));
  return {
    open: (request) => {
      const after = request.lastEventId === undefined ? null : sequenceOf(request.lastEventId);
      refuseTooMany(open.size, options.streamsMax ?? STREAMS_MAX);
      const sse = openSse(request.reply);
      open.add(sse);
      sse.comment('open');
      const ends = [
        endWithKey(options, sse, request.principal),
        after === null
          ? live(options, sse, request.principal)
          : from(options, sse, { recent, principal: request.principal, after }),
        () => open.delete(sse),
      ];
      const end = (): void => ends.forEach((stop) => stop());
      if (sse.closed.aborted) end();
      else sse.closed.addEventListener('abort', end, { once: true });
    },
    close: () => {
      stopListening();
      for (const sse of open) sse.close();
    },
  };
};

const refuseTooMany = (open: number, limit: number): void => {
  if (open < limit) return;
  const detail = `There are ${limit} open streams already. Close one, or use another gateway.`;
  throw new ApiProblem('too_many_streams', detail, { retryAfterSeconds: 5 });
};

/** A stream ends with the key that opened it: at once when it is revoked, at the next comment when it expires. */
const endWithKey = (options: MeshStreamOptions, sse: Sse, { keyId }: Principal): (() => void) => {
  const { controlLog, clock, commentEveryMs = COMMENT_EVERY_MS } = options;
  const check = (): boolean => {
    const key = controlLog.view.key(keyId);
    const valid = key !== null && key.revokedAt === null;
    if (valid && (key.expiresAtMs === null || clock.nowMs() < key.expiresAtMs)) return true;
    sse.close();
    return false;
  };
  const stopListening = controlLog.listen(check);
  const beat = setInterval(() => check() && sse.comment('alive'), commentEveryMs);
  return () => {
    stopListening();
    clearInterval(beat);
  };
};

const sequenceOf = (text: string): number => {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const detail =
    'The header last-event-id must be the id of an event of this stream: a whole number.';
  throw new ApiProblem('invalid_field', detail, {
    details: {
      fields: [{ in: 'header', path: 'last-event-id', message: 'must be a whole number' }],
    },
  });
};

const show = (sse: Sse, principal: Principal, stored: StoredControl): void => {
  if (!maySee(principal, stored)) return;
  const event = meshEventOf(stored);
  if (event) sse.event(event.name, event.data, event.id);
};

/** From now on: what the fold here applies. */
const live = ({ controlLog }: MeshStreamOptions, sse: Sse, principal: Principal): (() => void) =>
  controlLog.listen((stored) => show(sse, principal, stored));

interface From {
  readonly recent: RecentControlEvents;
  readonly principal: Principal;
  readonly after: number;
}

/** From a place in the log: what was missed, and then what is applied here. */
const from = (
  options: MeshStreamOptions,
  sse: Sse,
  { recent, principal, after }: From,
): (() => void) => {
  let stop = (): void => undefined;
  const caughtUp = (): void => {
    stop = live(options, sse, principal);
  };
  const { store, controlLog } = options;
  const missed = { store, recent, sse, after, caughtUp };
  // The log itself also holds what is refused everywhere.
  const showCounting = (stored: StoredControl): void => {
    if (controlLog.hadEffect(stored.sequence)) show(sse, principal, stored);
  };
  resume({ ...missed, show: showCounting }).catch(() => sse.close());
  return () => stop();
};
