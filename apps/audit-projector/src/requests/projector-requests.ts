import { live, type ProjectorAnswer, ProjectorRequest } from '#contracts';
import type { Message, Messaging } from '#event-store';
import type { Logger } from '#platform';
import type { StreamProjector } from '../projection/stream-projector.js';
import { type Rebuild, RebuildRefusedError } from '../rebuild/rebuild.js';

export interface ProjectorRequestsOptions {
  readonly messaging: Messaging;
  readonly projectors: readonly StreamProjector[];
  readonly rebuild: Rebuild;
  readonly log: Logger;
}

/** Answers what is asked on `live.projector`; the answer to stop listening. */
export const answerRequests = (options: ProjectorRequestsOptions): { stop(): void } =>
  options.messaging.subscribe(
    live.projector,
    (message) => {
      void answer(options, message).then((reply) => message.respond(JSON.stringify(reply)));
    },
    { queue: 'audit-projector' },
  );

const answer = async (
  options: ProjectorRequestsOptions,
  message: Message,
): Promise<ProjectorAnswer> => {
  const request = ProjectorRequest.safeParse(parseJson(message.text()));
  if (!request.success) {
    const text = 'must be JSON: {"op":"status"} or {"op":"rebuild"}';
    return { ok: false, error: { code: 'invalid_request', message: text } };
  }
  try {
    if (request.data.op === 'rebuild') return await options.rebuild.run(request.data.accept_loss);
    const streams = await Promise.all(options.projectors.map((projector) => projector.status()));
    return { ok: true, streams, rebuilding: options.rebuild.running() };
  } catch (error) {
    return failure(options.log, error);
  }
};

const failure = (log: Logger, error: unknown): ProjectorAnswer => {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RebuildRefusedError) {
    return { ok: false, error: { code: error.code, message } };
  }
  log.error({ err: error }, 'rebuild failed: the read model is as it was');
  return { ok: false, error: { code: 'rebuild_failed', message } };
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
