import { LogUnavailableError, WrongSequenceError } from '#event-store';
import { ApiProblem } from '#platform';

/** The problem that the caller sees when the log cannot be reached; everything else passes as it is. */
export const logProblem = (error: unknown): unknown => {
  if (error instanceof LogUnavailableError) {
    const detail =
      'The control log cannot be reached, so nothing was changed for certain. Try again shortly.';
    return new ApiProblem('log_unavailable', detail, { retryAfterSeconds: 1, cause: error });
  }
  if (error instanceof WrongSequenceError) {
    const detail = 'Others changed the same thing again and again meanwhile. Try again.';
    return new ApiProblem('conflict', detail, { cause: error });
  }
  return error;
};

export const answering = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw logProblem(error);
  }
};
