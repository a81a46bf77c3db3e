import type { GatewayId, RegionName } from '#contracts';
import type { Recording } from '#platform';

/** Who this gateway is, in everything it writes. */
export interface GatewayIdentity {
  readonly gateway: GatewayId;
  readonly region: RegionName;
}

/** The envelope of what a gateway does by itself: deliveries, timeouts, counts. */
export const byGateway = (
  { gateway }: GatewayIdentity,
  about: Pick<Recording, 'org' | 'workspace'> & { readonly correlationId?: string },
): Recording => ({
  actor: { kind: 'gateway', id: gateway, via: 'mesh' },
  org: about.org,
  workspace: about.workspace,
  correlationId: about.correlationId ?? gateway,
});
