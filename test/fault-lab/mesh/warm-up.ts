import { waitFor } from '../time.js';
import { call } from './client.js';
import type { Target } from './fleet.js';
import type { LabMesh } from './lab-mesh.js';

const WITHIN_MS = 15_000;

/**
 * One stop and its lift at each desk: code that never ran takes a quarter of a second to be compiled, in six processes on the
 * same processors, and no episode is about that. A canary does the same in a mesh that runs.
 */
export const warmUp = async (mesh: LabMesh, [target]: readonly Target[]): Promise<void> => {
  const key = mesh.credentials.admin_key;
  const { selector } = target as Target;
  for (const { name, url } of [...mesh.nodes, ...mesh.gateways]) {
    const ask = (route: string, body: object): Promise<boolean> =>
      call(url, route, { key, body }).then(({ status, body: answer }) => {
        orderId = (answer.order_id as string | undefined) ?? orderId;
        return status >= 200 && status < 300;
      });
    let orderId = '';
    const stop = { mode: 'halt', selector, reason: 'warm-up', wait: 'committed' };
    await waitFor(() => ask('POST /v1/mesh/stops', stop), {
      what: `${name} takes a stop`,
      withinMs: WITHIN_MS,
    });
    await waitFor(() => ask(`POST /v1/mesh/stops/${orderId}/lift`, { reason: 'warm-up' }), {
      what: `${name} takes a lift`,
      withinMs: WITHIN_MS,
    });
  }
};
