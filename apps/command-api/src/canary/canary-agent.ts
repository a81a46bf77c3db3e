import {
  agentAddress,
  orgOf,
  partsOf,
  workspaceOf,
  type Address,
  type OrgName,
  type RegionName,
  type Selector,
  type WorkspaceName,
} from '#contracts';

/** No tenant's: what becomes of canaries is nobody's business but the mesh's. */
export const CANARY_ORG = 'estop' as OrgName;
export const CANARY_WORKSPACE = 'canary' as WorkspaceName;

/** The agent of a region that exists to be stopped. It never runs, and is registered nowhere. */
export const canaryOf = (region: RegionName): Address =>
  agentAddress(CANARY_ORG, CANARY_WORKSPACE, region);

/** The region whose canary this selects; `null` where it selects anything else. */
export const canaryRegionOf = (selector: Selector): RegionName | null => {
  if (!('agent' in selector) || selector.capability !== undefined) return null;
  if (orgOf(selector) !== CANARY_ORG || workspaceOf(selector) !== CANARY_WORKSPACE) return null;
  return partsOf(selector.agent).name as RegionName;
};
