import type { z } from 'zod';
import {
  live,
  ProjectorAnswer,
  type ProjectorFailure,
  type projectionStatus,
  type ProjectorRequest,
  type rebuildAudit,
} from '#contracts';
import { NobodyAnsweredError, type Messaging } from '#event-store';
import { ApiProblem } from '#platform';

export type Rebuilt = z.infer<typeof rebuildAudit.response>;
export type ProjectionState = z.infer<typeof projectionStatus.response>;

const STATUS_MS = 2000;
const REBUILD_MS = 25_000;

/** Speaks to the audit projector. A rebuild that takes longer than an HTTP request should goes on by itself. */
export class Projector {
  constructor(private readonly messaging: Messaging) {}

  async status(): Promise<ProjectionState> {
    const answer = await this.ask({ op: 'status' }, STATUS_MS);
    if (answer.ok && 'streams' in answer) return answer;
    throw answer.ok ? noProjector() : failure(answer);
  }

  /** The report, or `rebuilding: true` when it goes on: then ask for the status. */
  async rebuild(acceptLoss: boolean): Promise<Rebuilt> {
    await this.status();
    try {
      const answer = await this.ask({ op: 'rebuild', accept_loss: acceptLoss }, REBUILD_MS);
      if (answer.ok && 'tables' in answer) return { ...answer, rebuilding: false };
      throw answer.ok ? noProjector() : failure(answer);
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'read_model_unavailable') throw error;
      const { rebuilding } = await this.status();
      if (rebuilding) return { ok: true, rebuilding };
      throw error;
    }
  }

  private async ask(request: ProjectorRequest, timeoutMs: number): Promise<ProjectorAnswer> {
    try {
      const bytes = await this.messaging.request(
        live.projector,
        JSON.stringify(request),
        timeoutMs,
      );
      return ProjectorAnswer.parse(JSON.parse(Buffer.from(bytes).toString()));
    } catch (error) {
      if (error instanceof NobodyAnsweredError) throw noProjector(error);
      throw error;
    }
  }
}

const noProjector = (cause?: unknown): ApiProblem =>
  new ApiProblem(
    'read_model_unavailable',
    'No audit projector answers. Start one, or try again shortly.',
    { cause },
  );

const failure = ({ error }: ProjectorFailure): ApiProblem => {
  const details = { projector: error.code };
  if (error.code === 'rebuild_failed') {
    return new ApiProblem('read_model_unavailable', `${error.message}.`, { details });
  }
  return new ApiProblem('conflict', error.message, { details });
};
