import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import type { AuditEntry } from '#contracts';
import type { Stage } from './story.js';

const CLI = fileURLToPath(new URL('../../cli/src/main.js', import.meta.url));
const run = promisify(execFile);

/** Scene 4: the same story once more, told by the log through the command line. */
export const theAuditTellsIt = async (stage: Stage, orderId: string): Promise<void> => {
  stage.timeline.heading(`The same story, from the event log: estop audit list --order ${orderId}`);
  const entries = await entriesOnce(
    stage,
    orderId,
    (all) => has(all, 'StopOrdered') && has(all, 'StopLifted'),
  );
  const table = await estop(stage, ['audit', 'list', '--order', orderId]);
  for (const line of table.trimEnd().split('\n')) stage.timeline.say(line);
  const ordered = only(entries, 'StopOrdered');
  const lifted = only(entries, 'StopLifted');
  stage.claims.check(
    'the log says who stopped it, when and why',
    ordered.reason === 'broken unsubscribe link' && ordered.actor.kind === 'operator',
    told(ordered),
  );
  stage.claims.check(
    'the log says who resumed it and why',
    lifted.reason === 'template fixed and reviewed' && lifted.order_id === ordered.order_id,
    told(lifted),
  );
  const receipts = entries.filter(
    ({ type, order_id }) => type === 'StopApplied' && order_id === ordered.order_id,
  ).length;
  const gateways = stage.mesh.gateways.length;
  stage.claims.check(
    'the log holds the receipt of every gateway',
    receipts === gateways,
    `${receipts} of ${gateways}`,
  );
};

const has = (entries: readonly AuditEntry[], type: string): boolean =>
  entries.some((entry) => entry.type === type);

const only = (entries: readonly AuditEntry[], type: string): AuditEntry => {
  const entry = entries.find((candidate) => candidate.type === type);
  if (!entry) throw new Error(`the audit log shows no ${type}`);
  return entry;
};

const told = ({ actor, at, reason }: AuditEntry): string => `${actor.id} at ${at}: ${reason}`;

/** The read model follows the log within a second; the scene waits for it and reads it as a program would. */
const entriesOnce = async (
  stage: Stage,
  orderId: string,
  complete: (entries: readonly AuditEntry[]) => boolean,
): Promise<readonly AuditEntry[]> => {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const text = await estop(stage, ['audit', 'list', '--order', orderId, '--json']);
    const { entries } = JSON.parse(text) as { entries: AuditEntry[] };
    if (complete(entries) || performance.now() > deadline) return entries;
    await wait(100);
  }
};

const estop = async ({ mesh }: Stage, args: readonly string[]): Promise<string> => {
  const env = {
    ...process.env,
    ESTOP_URL: mesh.gateways[0]!.url,
    ESTOP_API_KEY: mesh.credentials.operator_key,
    NO_COLOR: '1',
  };
  const { stdout } = await run(process.execPath, [CLI, ...args], { env });
  return stdout;
};
