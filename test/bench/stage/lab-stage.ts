import { Estop } from '#sdk';
import { LabMesh } from '../../fault-lab/mesh/lab-mesh.js';
import type { Service } from '../../fault-lab/mesh/services.js';
import { Hammering } from '../kill/hammering.js';
import type { KillStage } from '../kill/kill-once.js';
import { newAgent } from './rogue.js';
import { inScratch, thenStopped } from './scratch.js';

export interface LabStage extends KillStage {
  readonly mesh: LabMesh;
}

const onStanding = async <T>(mesh: LabMesh, use: (stage: LabStage) => Promise<T>): Promise<T> => {
  const { admin_key: adminKey, operator_key: apiKey, org, workspace } = mesh.credentials;
  const { url: baseUrl } = mesh.nodes[0] as Service;
  const rogue = await newAgent({ baseUrl, adminKey, org, workspace }, 'rogue');
  const hammering = new Hammering();
  try {
    await hammering.setUp(
      mesh.gateways.map(({ url }) => url),
      rogue.apiKey,
    );
    const operator = new Estop({ baseUrl, apiKey });
    return await use({ mesh, hammering, operator, rogue: rogue.address });
  } finally {
    await hammering.end();
  }
};

/**
 * The fault lab's mesh: three nats-servers with fsync, two control nodes, four gateways in two regions, every connection
 * through a link that can be held or delayed. Nothing of it is left.
 */
export const onLab = <T>(use: (stage: LabStage) => Promise<T>): Promise<T> =>
  inScratch(async (dir) => {
    const mesh = await LabMesh.plan(dir);
    const stand = async (): Promise<T> => {
      await mesh.start();
      return onStanding(mesh, use);
    };
    return thenStopped(() => mesh.stop(), stand);
  });
