import { setTimeout as wait } from 'node:timers/promises';
import { Estop, EstopError } from '#sdk';
import { startBilling, startCampaign, startMailer, templates, type Cast } from './cast.js';
import type { Claims } from './claims.js';
import type { InstanceProcess } from './instance-process.js';
import { Ledger } from './ledger.js';
import { campaign } from './plan.js';
import type { StandingMesh } from './standing-mesh.js';
import type { Timeline } from './timeline.js';
import { WorkOrder } from './work-order.js';

/** What every scene of the story works with. */
export interface Stage {
  readonly mesh: StandingMesh;
  readonly cast: Cast;
  readonly timeline: Timeline;
  readonly claims: Claims;
  readonly ledger: Ledger;
  /** Everything started, so that everything is ended. */
  readonly processes: InstanceProcess[];
}

interface Running {
  readonly work: WorkOrder;
  readonly instances: InstanceProcess[];
  readonly billing: InstanceProcess;
}

const SCENE_TIMEOUT_MS = 60_000;
/** Asking after fifty batches is work for the mesh, too. */
const POLL_MS = 250;

/** Waits for a condition; a story that gets stuck fails with the name of the scene. */
const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  everyMs = 25,
): Promise<void> => {
  const deadline = performance.now() + SCENE_TIMEOUT_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`the story got stuck: ${what}`);
    await wait(everyMs);
  }
};

/** Scene 1: three instances in two regions send e-mails, each of them with a broken unsubscribe link. */
export const somethingGoesWrong = async (stage: Stage): Promise<Running> => {
  const { mesh, cast, timeline, ledger } = stage;
  timeline.heading('09:00  The campaign starts');
  const billing = startBilling(mesh, cast);
  const mailer = startMailer(mesh, cast, ledger);
  stage.processes.push(billing, mailer);
  await Promise.all([billing.ready(), mailer.ready()]);
  const instances = await startCampaign(mesh, cast, templates.broken, true);
  stage.processes.push(...instances);
  for (const instance of instances) {
    const nature = instance.order.rogue ? ', ignores every heartbeat answer and every refusal' : '';
    timeline.say(`email-campaign instance on ${instance.gatewayId}${nature}`);
  }
  const work = new WorkOrder(cast.operator, cast.campaign.address);
  await work.everythingHandedIn();
  let shown = 0;
  await until('the first e-mails go out', () => {
    if (ledger.total() - shown >= 1000) {
      shown = ledger.total();
      timeline.say(`${shown} e-mails sent, all with a broken unsubscribe link`);
    }
    return ledger.total() >= campaign.noticedAfter;
  });
  return { work, instances, billing };
};

/** Scene 2: one call; every gateway in both regions answers with a receipt. Resolves to the order's id. */
export const theOperatorKills = async (stage: Stage, running: Running): Promise<string> => {
  const { cast, timeline, claims, ledger, mesh } = stage;
  timeline.heading('09:05  Somebody notices. One call:');
  const billedBefore = running.billing.sent;
  const killedAt = performance.now();
  const { agent, order } = await cast.operator.mesh.kill(cast.campaign.addressId, {
    reason: 'broken unsubscribe link',
  });
  const tookMs = performance.now() - killedAt;
  const sentAtAnswer = sentBy(running);
  timeline.say(
    `killed by ${order.actor.id}: ${order.order_id} (${tookMs.toFixed(0)} ms for the whole call)`,
  );
  for (const gateway of order.gateways) {
    timeline.say(
      `  receipt from ${gateway.gateway} in ${gateway.region} after ${gateway.applied_after_ms?.toFixed(1) ?? '?'} ms; ` +
        `cut ${gateway.cut?.streams ?? 0} open streams`,
    );
  }
  const slowest = Math.max(
    ...order.gateways.map((gateway) => gateway.applied_after_ms ?? Infinity),
  );
  claims.check(
    'every gateway in every region proved the stop with a receipt',
    order.effective.acked === mesh.gateways.length && order.effective.of === mesh.gateways.length,
    `${order.effective.acked} of ${order.effective.of}, the slowest after ${slowest.toFixed(1)} ms`,
  );
  claims.check(
    'the agent is reported as killed',
    agent.health_status === 'killed',
    agent.health_status,
  );
  await theRogueIsRefused(stage, running, sentAtAnswer);
  await everyGatewayRefuses(stage);
  await until('billing goes on', () => running.billing.sent >= billedBefore + 10);
  claims.check(
    'the healthy billing agent was never refused',
    running.billing.refused === 0,
    `${running.billing.sent} charges allowed, ${running.billing.refused} refused`,
  );
  await until(
    'the provider mails what was accepted before',
    () => ledger.total() >= sentBy(running),
  );
  const held = await running.work.held();
  timeline.say(`${held} batches of work are held; ${ledger.total()} e-mails had gone out`);
  claims.check('unfinished work is held, not lost', held > 0, `${held} batches`);
  return order.order_id;
};

const theRogueIsRefused = async (
  stage: Stage,
  running: Running,
  sentAtAnswer: number,
): Promise<void> => {
  const { timeline, claims } = stage;
  const rogue = running.instances.find((instance) => instance.order.rogue)!;
  const obedient = running.instances.find((instance) => !instance.order.rogue)!;
  await until('the rogue instance is refused again and again', () => rogue.refused >= 20);
  await until('the heartbeat says killed', () => obedient.lastHeartbeat === 'killed');
  for (const instance of running.instances) {
    timeline.say(`  ${instance.gatewayId}: ${instance.refused} refusals so far`);
  }
  const sentNow = sentBy(running);
  claims.check(
    'not one e-mail was accepted after the answer, though the rogue instance tried on',
    sentNow - sentAtAnswer <= inFlight(running),
    `${rogue.refused} tries refused, ${sentNow - sentAtAnswer} e-mails reported late by instances`,
  );
  claims.check(
    'the heartbeat tells the agent',
    obedient.lastHeartbeat === 'killed',
    `health_status ${obedient.lastHeartbeat}`,
  );
};

const sentBy = (running: Running): number =>
  running.instances.reduce((sum, instance) => sum + instance.sent, 0);

/** An instance may still have had the answer to one chunk on its way to us when the kill was answered. */
const inFlight = (running: Running): number => running.instances.length * campaign.chunkSize;

const everyGatewayRefuses = async (stage: Stage): Promise<void> => {
  const { mesh, cast, claims } = stage;
  const codes = await Promise.all(
    mesh.gateways.map(async ({ url }) => {
      const estop = new Estop({ baseUrl: url, apiKey: cast.campaign.apiKey });
      const email = { intent_type: 'email.send.v1', to_agent: cast.mailer.address, payload: {} };
      return estop.intents.send(email).then(
        () => 'accepted',
        (error: unknown) => (error instanceof EstopError ? error.code : String(error)),
      );
    }),
  );
  claims.check(
    'each gateway refuses the agent by itself',
    codes.every((code) => code === 'agent_killed'),
    mesh.gateways.map(({ id }, index) => `${id}: ${codes[index]}`).join(', '),
  );
};

/** Scene 3: the fix is deployed, the operator resumes, and the held work comes back where it was. */
export const theFixAndTheResume = async (stage: Stage, running: Running): Promise<void> => {
  const { mesh, cast, timeline, claims, ledger } = stage;
  timeline.heading('09:40  The template is fixed and deployed; the operator resumes');
  await Promise.all(running.instances.map((instance) => instance.end()));
  const withBroken = ledger.withTemplate(templates.broken);
  const { agent, changed } = await cast.operator.mesh.resume(cast.campaign.addressId, {
    reason: 'template fixed and reviewed',
  });
  timeline.say(`resumed: health is ${agent.health_status} until the next heartbeat`);
  claims.check(
    'a resume starts the health anew',
    agent.health_status === 'unknown' && changed,
    agent.health_status,
  );
  const instances = await startCampaign(mesh, cast, templates.fixed, false);
  stage.processes.push(...instances);
  await until(
    'all batches are completed',
    async () => (await running.work.completed()) === running.work.total(),
    POLL_MS,
  );
  await until('the provider has mailed the rest', () => ledger.leftOut(campaign.customers) === 0);
  timeline.say(`all ${running.work.total()} batches completed, redelivered from their checkpoints`);
  const health = async () =>
    (await cast.operator.mesh.getAgent(cast.campaign.addressId)).agent.health_status;
  await until('the agent is healthy', async () => (await health()) === 'healthy', POLL_MS);
  const now = await health();
  claims.check('the agent is healthy again', now === 'healthy', `health_status ${now}`);
  claims.check('no customer was mailed twice', ledger.twice() === 0, `${ledger.twice()} customers`);
  claims.check(
    'no customer was left out',
    ledger.leftOut(campaign.customers) === 0,
    `${ledger.total()} of ${campaign.customers} e-mails`,
  );
  claims.check(
    'after the stop only the fixed template went out',
    ledger.withTemplate(templates.broken) === withBroken &&
      ledger.withTemplate(templates.fixed) === campaign.customers - withBroken,
    `${withBroken} broken before, ${ledger.withTemplate(templates.fixed)} fixed after`,
  );
};
