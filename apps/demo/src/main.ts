import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { theAuditTellsIt } from './audit-scene.js';
import { register } from './cast.js';
import { Claims } from './claims.js';
import { Ledger } from './ledger.js';
import { startMesh } from './standing-mesh.js';
import { somethingGoesWrong, theFixAndTheResume, theOperatorKills, type Stage } from './story.js';
import { createTimeline } from './timeline.js';

const HELP = `npm run demo: a rogue e-mail agent is stopped in two regions, resumed, and the log tells the story.

  --json   print only the claims and whether they hold, as one line of JSON
  --help   this text

It starts a mesh of its own on free ports (two regions, two gateways each), removes it afterwards, checks what it claims, and
exits with 1 when a claim does not hold.
`;

/** Tells the story once. Resolves to the exit code: 0 only when every claim holds. */
const demo = async (json: boolean): Promise<number> => {
  const write = json ? () => undefined : (line: string) => console.log(line);
  const dataDir = await mkdtemp(join(tmpdir(), 'estop-demo-'));
  const claims = new Claims();
  try {
    write('Starting a mesh: two regions, two gateways in each, nats-server, Postgres …');
    const mesh = await startMesh(dataDir, ['us-east', 'eu-west'], 2);
    try {
      await play(mesh, claims, write);
    } finally {
      await mesh.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
  if (json) console.log(JSON.stringify({ ok: claims.allHold(), claims: claims.list() }));
  else [`\nWhat this showed:`, ...claims.lines()].forEach(write);
  return claims.allHold() ? 0 : 1;
};

const play = async (
  mesh: Stage['mesh'],
  claims: Claims,
  write: (line: string) => void,
): Promise<void> => {
  const cast = await register(mesh);
  const stage: Stage = {
    mesh,
    cast,
    claims,
    timeline: createTimeline(write, () => performance.now()),
    ledger: new Ledger(),
    processes: [],
  };
  try {
    const running = await somethingGoesWrong(stage);
    const orderId = await theOperatorKills(stage, running);
    await theFixAndTheResume(stage, running);
    await theAuditTellsIt(stage, orderId);
  } catch (error) {
    throw new Error(`${(error as Error).message}${troubles(stage)}`, { cause: error });
  } finally {
    await Promise.all(stage.processes.map((instance) => instance.end()));
  }
};

const troubles = ({ processes }: Stage): string =>
  processes
    .filter(({ trouble }) => trouble !== null)
    .map(({ order, gatewayId, trouble }) => `\n  ${order.role} on ${gatewayId}: ${trouble}`)
    .join('');

const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

const main = async (): Promise<number> => {
  let values: { json?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return 2;
  }
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  return demo(values.json ?? false);
};

process.exitCode = await main().catch((error: unknown) => {
  console.error(`The demo failed: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});
