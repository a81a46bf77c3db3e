import type { KeyId } from '#contracts';
import type { ControlView } from '#domain';
import { ApiProblem } from '#platform';

/**
 * Whoever came with a key that was good and is revoked by now gets nothing any more, however far its call had come.
 * @throws ApiProblem `key_revoked`
 */
export const refuseRevokedKey = (view: Pick<ControlView, 'key'>, keyId: KeyId): void => {
  const revokedAt = view.key(keyId)?.revokedAt ?? null;
  if (revokedAt !== null)
    throw new ApiProblem('key_revoked', `The key ${keyId} was revoked at ${revokedAt}.`);
};
