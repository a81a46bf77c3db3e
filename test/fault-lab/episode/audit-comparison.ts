import { call } from '../mesh/client.js';
import type { AuditComparison } from '../judge/history.js';
import { readStream } from '../nats/jetstream-admin.js';
import { waitFor } from '../time.js';
import type { Stage } from './stage.js';

interface Entry {
  readonly stream: string;
  readonly sequence: number;
}

interface Following {
  readonly state: string;
  readonly behind: number;
}

const CAUGHT_UP_MS = 30_000;
const PAGE = 500;

const ask = async (stage: Stage, route: string): Promise<Record<string, unknown>> => {
  const { nodes, credentials } = stage.mesh;
  const reply = await call(nodes[0]?.url ?? '', route, { key: credentials.admin_key });
  if (reply.status !== 200) throw new Error(`${route} answered ${reply.status}`);
  return reply.body;
};

const caughtUp = async (stage: Stage): Promise<boolean> => {
  const { streams } = await ask(stage, 'GET /v1/audit/projection');
  const following = streams as readonly Following[];
  return following.every(({ state, behind }) => state === 'following' && behind === 0);
};

const audited = async (stage: Stage): Promise<number[]> => {
  const sequences: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await ask(stage, `GET /v1/audit?limit=${PAGE}${from}`);
    for (const { stream, sequence } of page.entries as readonly Entry[])
      if (stream === 'CONTROL') sequences.push(sequence);
    cursor = page.next_cursor as string | null;
  }
  return sequences;
};

/** The audit's control events against the control log's, once the projection says that it has caught up. */
export const compareAudit = async (stage: Stage): Promise<AuditComparison> => {
  await waitFor(() => caughtUp(stage), {
    what: 'the projection catches up',
    withinMs: CAUGHT_UP_MS,
    everyMs: 100,
  });
  const logged = await stage.withNats((nats) => readStream(nats, 'CONTROL', ['control.>']));
  const sequences = await audited(stage);
  const inLog = new Set(logged.map(({ sequence }) => sequence));
  const inAudit = new Set(sequences);
  return {
    missing: [...inLog].filter((it) => !inAudit.has(it)),
    invented: [...inAudit].filter((it) => !inLog.has(it)),
    twice: sequences.filter((it, at) => sequences.indexOf(it) !== at),
    compared: inLog.size,
  };
};
