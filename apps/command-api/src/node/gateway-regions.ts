import type { GatewayId, RegionName } from '#contracts';
import type { GatewayMember } from '#domain';

const UNKNOWN = 'unknown' as RegionName;

/** Where each gateway is that ever joined: one that was removed is named in answers for as long as it counts. */
export class GatewayRegions {
  private readonly regions = new Map<string, RegionName>();

  joined({ gateway, region }: GatewayMember): void {
    this.regions.set(gateway, region);
  }

  of(gateway: GatewayId | string): RegionName {
    return this.regions.get(gateway) ?? UNKNOWN;
  }
}
