import { Estop } from '#sdk';
import { startMesh, type StandingMesh } from '../../../apps/demo/src/standing-mesh.js';
import { Hammering } from '../kill/hammering.js';
import type { KillStage } from '../kill/kill-once.js';
import { newAgent } from './rogue.js';
import { inScratch, thenStopped } from './scratch.js';

export interface MeshStage extends KillStage {
  readonly mesh: StandingMesh;
}

const REGIONS = ['us-east', 'eu-west'];
const GATEWAYS_PER_REGION = 2;

const whereOf = ({ command_api: baseUrl, credentials }: StandingMesh) => {
  const { admin_key: adminKey, org, workspace } = credentials;
  return { baseUrl, adminKey, org, workspace };
};

const onStanding = async <T>(
  mesh: StandingMesh,
  use: (stage: MeshStage) => Promise<T>,
): Promise<T> => {
  const { address, apiKey } = await newAgent(whereOf(mesh), 'rogue');
  const { operator_key } = mesh.credentials;
  const hammering = new Hammering();
  try {
    await hammering.setUp(
      mesh.gateways.map(({ url }) => url),
      apiKey,
    );
    const operator = new Estop({ baseUrl: mesh.command_api, apiKey: operator_key });
    return await use({ mesh, hammering, operator, rogue: address });
  } finally {
    await hammering.end();
  }
};

/** A whole mesh as `npm start` runs it, with four gateways in two regions and one agent that works. Nothing of it is left. */
export const onMesh = <T>(use: (stage: MeshStage) => Promise<T>): Promise<T> =>
  inScratch(async (dataDir) => {
    const mesh = await startMesh(dataDir, REGIONS, GATEWAYS_PER_REGION);
    return thenStopped(mesh.stop, () => onStanding(mesh, use));
  });
