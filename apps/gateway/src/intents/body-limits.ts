import { ApiProblem, type AnyCall, type Call } from '#platform';
import type { createIntent } from '#contracts';

const BYTES_MAX = 262_144;
/** What goes with an intent beside its payload: `human_task` and the like. */
const KEPT_BYTES_MAX = 65_536;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

/** @throws ApiProblem `payload_too_large` that names the field */
export const refuseLargeIntent = ({ request, body }: Call<typeof createIntent>): void => {
  if ((request.rawBody?.length ?? 0) <= KEPT_BYTES_MAX) return;
  const { payload, ...rest } = body;
  if (bytesOf(payload) > BYTES_MAX) throw tooLarge('payload', bytesOf(payload), BYTES_MAX);
  if (bytesOf(rest) > KEPT_BYTES_MAX)
    throw tooLarge(largestOf(rest), bytesOf(rest), KEPT_BYTES_MAX);
};

/** An answer, a result or a change of controls is no larger than a payload. @throws ApiProblem `payload_too_large` */
export const refuseLargeAnswer = ({ request, body }: Pick<AnyCall, 'request' | 'body'>): void => {
  if ((request.rawBody?.length ?? 0) <= BYTES_MAX || typeof body !== 'object') return;
  const bytes = bytesOf(body);
  if (bytes > BYTES_MAX) throw tooLarge(largestOf(body ?? {}), bytes, BYTES_MAX);
};

const largestOf = (body: object): string =>
  Object.entries(body).reduce<readonly [string, number]>(
    (largest, [name, value]) => {
      const bytes = bytesOf(value);
      return bytes > largest[1] ? [name, bytes] : largest;
    },
    ['', 0],
  )[0];

const tooLarge = (path: string, bytes: number, bytesMax: number): ApiProblem => {
  const limit = `${bytesMax / 1024} KiB`;
  const detail = `${path} makes ${bytes} bytes; at most ${bytesMax} (${limit}) are taken.`;
  return new ApiProblem('payload_too_large', detail, {
    details: { fields: [{ in: 'body', path, message: `is larger than ${limit}` }] },
  });
};
