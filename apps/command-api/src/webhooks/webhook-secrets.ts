import { randomBytes } from 'node:crypto';
import { secretPlace } from '#domain';
import type { OrgName, SubscriptionId } from '#contracts';
import { ApiProblem, sealingWith, type Sealing } from '#platform';

/** A secret as the log holds it, and what may be shown of it. */
export interface SealedSecret {
  readonly sealed: string;
  readonly hint: string;
  /** To be shown this once; `null` where the caller brought it. */
  readonly made: string | null;
}

interface Place {
  readonly org: OrgName;
  readonly subscriptionId: SubscriptionId;
}

const SECRET_BYTES = 32;
const HINT_CHARACTERS = 4;

/** Makes secrets, and seals them for the log. */
export class WebhookSecrets {
  private readonly sealing: Sealing | null;

  /** @param secretsKey `null`: this mesh has none, so it has no webhooks */
  constructor(secretsKey: string | null) {
    this.sealing = secretsKey === null ? null : sealingWith(secretsKey);
  }

  /** @throws ApiProblem `conflict` without a key to seal with */
  seal(given: string | null, place: Place): SealedSecret {
    if (this.sealing === null) {
      throw new ApiProblem(
        'conflict',
        'This mesh has no webhooks: give its command APIs and its notifier the same ESTOP_SECRETS_KEY.',
      );
    }
    const secret = given ?? `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    return {
      sealed: this.sealing.seal(secret, secretPlace(place)),
      hint: secret.slice(-HINT_CHARACTERS),
      made: given === null ? secret : null,
    };
  }
}
