import { setTimeout as wait } from 'node:timers/promises';
import { AgentStoppedError, EstopError, type Delivery, type Estop } from '#sdk';
import type { InstanceOrder, Tell } from './instance-report.js';
import { campaign, type Batch } from './plan.js';

/**
 * Works through batches of customers: a chunk of e-mails, a checkpoint, the next chunk. A refusal ends the batch: the mesh
 * holds it and gives it back later, with the checkpoint. The rogue instance has a bug: it takes a refusal for a hiccup and
 * tries on for ever, and it never looks at what a heartbeat answers.
 */
export const runCampaign = async (
  estop: Estop,
  order: InstanceOrder,
  tell: Tell,
): Promise<void> => {
  heartbeats(estop, order, tell);
  tell({ kind: 'ready' });
  const goesOn = order.rogue ? strayMails(estop, order, tell) : () => undefined;
  const work = estop.intents.listen(order.address, { onStopped: goesOn });
  for await (const delivery of work) {
    await sendBatch(estop, order, delivery, tell);
  }
};

/**
 * What the rogue does when it is told that it is stopped: it mails on, without any work order, for ever. Each try has a key of
 * its own; were one admitted, a customer would be mailed twice, and the demo would fail.
 */
const strayMails = (estop: Estop, order: InstanceOrder, tell: Tell): (() => void) => {
  let started = false;
  let strays = 0;
  return () => {
    if (started) return;
    started = true;
    setInterval(() => {
      strays += 1;
      const key = `stray-${process.pid}-${strays}`;
      void attempt(tell, () => sendChunk(estop, order, 1, key));
    }, campaign.chunkEveryMs);
  };
};

const sendBatch = async (
  estop: Estop,
  order: InstanceOrder,
  delivery: Delivery,
  tell: Tell,
): Promise<void> => {
  const batch = delivery.payload as unknown as Batch;
  const saved = delivery.checkpoint as { next: number } | undefined;
  let next = saved?.next ?? batch.first;
  while (next < batch.first + batch.count) {
    const sent = await attempt(tell, () => sendChunk(estop, order, next));
    if (!sent && !order.rogue) return;
    if (sent) {
      tell({ kind: 'sent', count: campaign.chunkSize });
      next += campaign.chunkSize;
      await attempt(tell, () => estop.intents.checkpoint(delivery.intent_id, { next }));
    }
    await wait(campaign.chunkEveryMs);
  }
  await attempt(tell, () =>
    estop.intents.resolve(delivery.intent_id, {
      status: 'COMPLETED',
      result: { sent: batch.count },
    }),
  );
};

/**
 * The idempotency key names the customers. A chunk that went out just before the stop, but missed its checkpoint, is not
 * sent again after the resume: with the same template the mesh gives the first answer, with the mended one it says that
 * the key was used, which tells the same: these customers have their e-mail.
 */
const sendChunk = async (
  estop: Estop,
  order: InstanceOrder,
  first: number,
  idempotencyKey = `spring-campaign-${first}`,
): Promise<void> => {
  const customers = Array.from({ length: campaign.chunkSize }, (_, index) => first + index);
  const email = {
    intent_type: 'email.send.v1',
    to_agent: order.mailer,
    correlation_id: correlationOf(first),
    payload: { customers, template: order.template },
  };
  await estop.intents.send(email, { idempotencyKey }).catch((error: unknown) => {
    const wentOut = error instanceof EstopError && error.code === 'idempotency_conflict';
    if (!wentOut) throw error;
  });
};

/** The same for every attempt at the same customers: a repeat must be the same request to the letter. */
const correlationOf = (first: number): string =>
  `00000000-0000-4000-8000-${String(first).padStart(12, '0')}`;

/** `false` when a stop refuses it. A passing failure (a gateway restarts, the log is busy) is tried again. */
const attempt = async (tell: Tell, act: () => Promise<unknown>): Promise<boolean> => {
  for (;;) {
    try {
      await act();
      return true;
    } catch (error) {
      if (error instanceof AgentStoppedError) {
        tell({ kind: 'refused', code: error.code, orderId: error.order_id });
        return false;
      }
      if (!(error instanceof EstopError)) throw error;
      tell({ kind: 'hiccup', message: `${error.status} ${error.code}: ${error.message}` });
      if (error.status === 409 && error.code === 'already_ended') return true;
      await wait(campaign.chunkEveryMs);
    }
  }
};

const heartbeats = (estop: Estop, order: InstanceOrder, tell: Tell): void => {
  const beat = async (): Promise<void> => {
    const answer = await estop.mesh.heartbeat({ instance: `${process.pid}` });
    if (!order.rogue) tell({ kind: 'heartbeat', status: answer.health_status });
  };
  setInterval(() => void beat().catch(() => undefined), 250);
};
