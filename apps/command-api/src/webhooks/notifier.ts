import { live, NotifierAnswer, type NotifierRequest } from '#contracts';
import { NobodyAnsweredError, type Messaging } from '#event-store';
import { ApiProblem } from '#platform';

type Done = Extract<NotifierAnswer, { ok: true }>;

const ANSWER_MS = 5000;

/** Speaks to the notifier. */
export class Notifier {
  constructor(private readonly messaging: Messaging) {}

  /** @throws ApiProblem `notifier_unavailable`, or `not_found` for an event that nobody was told of */
  async ask(request: NotifierRequest): Promise<Done> {
    const answer = await this.answered(request);
    if (answer.ok) return answer;
    throw new ApiProblem(
      answer.code === 'not_found' ? 'not_found' : 'notifier_unavailable',
      answer.message,
    );
  }

  private async answered(request: NotifierRequest): Promise<NotifierAnswer> {
    try {
      const text = JSON.stringify(request);
      const bytes = await this.messaging.request(live.notifier, text, ANSWER_MS);
      return NotifierAnswer.parse(JSON.parse(Buffer.from(bytes).toString()));
    } catch (error) {
      if (!(error instanceof NobodyAnsweredError)) throw error;
      throw new ApiProblem(
        'notifier_unavailable',
        'No notifier answers, so nothing was queued. Start one, or try again shortly.',
        { cause: error },
      );
    }
  }
}
