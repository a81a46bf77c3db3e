import { problemOf } from '#platform';
import type { Gate } from './gate.js';

/** Badly written is no act: what a schema refuses is not counted either. */
const UNPROCESSABLE = 422;

/** Does what may still refuse an act that the gate let in; where that throws, it is counted as refused. */
export const orRefused = async <T>(
  gate: Pick<Gate, 'ended'>,
  call: { readonly request: object },
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const { code, status } = problemOf(error);
    if (status !== UNPROCESSABLE) gate.ended(call, { code });
    throw error;
  }
};
