import { RELAXED_MS } from './checker.js';
import type { Mesh } from './mesh.js';
import { AGENTS, LAX } from './world.js';

/** Every gateway answers as the log has it, for every agent that nothing has changed for. */
export const judgeConsistent = (mesh: Mesh): void => {
  const { checker, schedule } = mesh.world;
  const sinceMs = schedule.nowMs - RELAXED_MS;
  for (const gateway of mesh.gateways) {
    for (const agent of AGENTS) {
      const stopped = checker.stories.isStopped(agent, { sinceMs });
      if (stopped === null || gateway.isTooOld) continue;
      const [answer, expected] = [gateway.request(agent, 0), stopped ? 'refused' : 'admitted'];
      if (answer !== expected)
        checker.broken('I5', `${gateway.name}: ${agent} is ${answer}, not ${expected}`);
    }
  }
};

/** Every stop that stands is contained, as long as some node is ready to say so. */
export const judgeContained = (mesh: Mesh): void => {
  const { checker } = mesh.world;
  const ready = mesh.nodes.filter(({ isReadyMember }) => isReadyMember);
  if (ready.length === 0) return;
  for (const { orderId, sequence, liftedAtMs, plan } of checker.orders) {
    if (sequence === null || liftedAtMs !== null || plan.agents.includes(LAX)) continue;
    if (!ready.some((node) => node.isContained(orderId)))
      checker.broken('I5', `${orderId} stands, and no ready node finds it contained`);
  }
};

/** The log has lost its end and nobody has said that it may: who had read that end takes part in nothing, and forgets no order. */
export const judgeClosed = (mesh: Mesh): void => {
  const { checker } = mesh.world;
  for (const gateway of mesh.gateways) {
    if (!mesh.hasReadWhatIsLost(gateway)) continue;
    const served = AGENTS.filter((agent) => gateway.request(agent, 0) === 'admitted');
    if (served.length > 0)
      checker.broken('I4', `${gateway.name} serves ${served.join()}, and its log has lost its end`);
  }
  for (const node of mesh.nodes)
    if (mesh.hasReadWhatIsLost(node) && node.isReadyMember)
      checker.broken('I4', `${node.name} is ready, and its log has lost its end`);
  judgeHeld(mesh);
};

const judgeHeld = ({ world: { checker }, machines }: Mesh): void => {
  for (const story of checker.orders) {
    if (!story.mustBeHeld || machines.some((machine) => machine.holds(story.orderId))) continue;
    checker.broken('I2', `${story.orderId} was answered, and nobody holds it`);
  }
};
