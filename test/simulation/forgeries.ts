import type { JoinWord, OrderBody, Renewal, RenewalAnswer } from '#domain';
import { FIRST_INCARNATION, type Mesh } from './mesh.js';
import { addressOf } from './world.js';

const NOBODY = 'key-of-nobody';
const FAR_AHEAD = 1_000_000;

/** What a gateway's own credential, or nobody's, could send: nothing of it may have an effect (I9). */
export const scheduleForgeries = (mesh: Mesh, untilMs: number): void => {
  const { schedule, random } = mesh.world;
  schedule.in(random.between(500, 3_000), () => {
    if (schedule.nowMs > untilMs) return;
    forgeOrder(mesh);
    for (const { orderId } of mesh.world.checker.orders) forgeReceipts(mesh, orderId);
    forgeJoinWords(mesh);
    forgeAnswers(mesh);
    forgeRestores(mesh);
    scheduleForgeries(mesh, untilMs);
  });
};

const forgeOrder = ({ world, gateways, nodes }: Mesh): void => {
  const signer = world.random.pick(['g1', 'n1.0', 'nobody']);
  const order = {
    orderId: `forged${world.random.whole(1, 1_000_000)}`,
    mode: 'halt',
    selector: { agent: addressOf('healthy') },
    atWallMs: 1_800_000_000_000 + world.schedule.nowMs,
    details: '',
  } as unknown as OrderBody;
  const signed = { order, signer, signature: 'key-of-g1' };
  for (const to of [...gateways, ...nodes]) to.receive({ kind: 'pushed', signed });
  for (const to of nodes) to.receive({ kind: 'handed', signed });
};

const forgeReceipts = ({ gateways, nodes }: Mesh, orderId: string): void => {
  for (const { id: gateway } of gateways) {
    const cut = { streams: 0, calls: 0 };
    const claim = { orderId, gateway, boot: 1, position: FAR_AHEAD };
    const receipt = { ...claim, appliedAfterMs: 0, cut, signature: NOBODY };
    const renewal: Renewal = {
      gateway,
      boot: 1,
      nonce: 'forged',
      position: FAR_AHEAD,
      last: { sequence: 1, storedAtMs: 0 },
      applied: [orderId],
    };
    for (const node of nodes) {
      node.receive({ kind: 'receipt', receipt });
      node.receive({ kind: 'renewal', renewal, signature: NOBODY });
    }
  }
};

const forgeJoinWords = ({ nodes, world }: Mesh): void => {
  for (const from of nodes) {
    for (const to of nodes) {
      for (let joinSequence = 1; joinSequence < 60; joinSequence += 1) {
        const word: JoinWord = { from: from.id, to: to.id, joinSequence };
        const kind = world.random.pick(['join-asked', 'join-acknowledged'] as const);
        to.receive({ kind, word, signature: NOBODY });
      }
    }
  }
};

// Somebody has overheard the nonces of the gateways.
const forgeRestores = ({ gateways, nodes }: Mesh): void => {
  for (const gateway of gateways) {
    const overheard = gateway.lastRenewal;
    if (overheard === null) continue;
    const { boot, nonce } = overheard;
    const node = nodes[0]?.id ?? 'n1.0';
    const names = { old: FIRST_INCARNATION, new: 'forged-incarnation' };
    const word = { node, gateway: gateway.id, boot, nonce, ...names, signature: NOBODY };
    gateway.receive({ kind: 'restore-told', word });
  }
};

const forgeAnswers = ({ gateways, nodes }: Mesh): void => {
  for (const gateway of gateways) {
    const overheard = gateway.lastRenewal;
    if (overheard === null) continue;
    const { boot, nonce, position, last } = overheard;
    const node = nodes[0]?.id ?? 'n1.0';
    const answer: RenewalAnswer = {
      ...{ node, gateway: gateway.id, boot, nonce, position, last },
      ...{ members: [node], membershipSequence: 1, events: [], pending: [], more: false },
      ...{ logAgeMs: 0, echoAgeMs: 0, wanted: [], signature: NOBODY },
    };
    gateway.receive({ kind: 'answered', answer, nonce: gateway.nonce() });
  }
};
