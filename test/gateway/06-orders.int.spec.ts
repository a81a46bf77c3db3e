import { join } from 'node:path';
import { until } from '#testing';
import type { Gateway } from '../../apps/gateway/src/gateway.js';
import { TestMesh, type Client } from './test-mesh.js';

describe('an order that the log does not have', () => {
  let mesh: TestMesh;
  let mailer: Client;
  beforeEach(async () => {
    mesh = await TestMesh.start(2);
    mailer = await mesh.agent('mailer');
  });
  afterEach(() => mesh?.stop());

  const guard = async (at = 0) => {
    const answer = await mesh.call(mailer, 'POST /v1/guard', { tool: 'mail' }, at);
    return answer.status === 200 ? (answer.body as unknown as { action: string }).action : 'none';
  };

  it('is in force by its push alone, and confirmed by signed receipts', async () => {
    const streams = [await mesh.listen(mailer, '', 0), await mesh.listen(mailer, '', 1)];
    expect(await guard()).toBe('allow');
    const order = mesh.push('halt', { agent: mailer.address });
    await until(() => streams.every(({ ended }) => ended));
    expect([await guard(0), await guard(1)]).toEqual(['block', 'block']);
    const standing = await until(() => {
      const it = mesh.node.shell.standing(order);
      return it !== null && it.acked === 2 && it;
    });
    expect(standing).toMatchObject({ of: 2, committed: false });
    expect(standing.gateways.map(({ cut }) => cut)).toEqual([
      { streams: 1, calls: 0 },
      { streams: 1, calls: 0 },
    ]);
    expect(mesh.sequenceOf(order)).toBeNull();
  });

  it('holds over a restart before the log is read, and is handed to a node that never heard of it', async () => {
    await mesh.stopNode();
    const order = mesh.push('halt', { agent: mailer.address });
    await until(() => mesh.gateways.every(({ view }) => view.order(order) !== null));
    const [first, second] = mesh.gateways as [Gateway, Gateway];
    await mesh.stopGateway(first);
    await mesh.stopGateway(second);
    const again = await mesh.openGateway(1);
    await until(() => again.view.order(order) !== null);
    await mesh.startNode('node-2');
    await again.serving;
    expect(await guard()).toBe('block');
    // Nobody else appends it: its issuer is gone, so the new node does after five seconds.
    await until(() => mesh.sequenceOf(order) !== null, { timeoutMs: 15_000 });
    expect(await guard()).toBe('block');
  }, 25_000);

  it('does nothing when no control node signed it', async () => {
    mesh.pushUnsigned('halt', { agent: mailer.address });
    const rejected = async () => {
      const text = await (await fetch(`${mesh.gateways[0]?.url}/metrics`)).text();
      return /estop_rejected_messages_total\{[^}]*what="order"[^}]*\} 1/.test(text);
    };
    await until(rejected);
    expect(await guard()).toBe('allow');
  });
});

describe('two processes of one name', () => {
  let mesh: TestMesh;
  beforeAll(async () => {
    mesh = await TestMesh.start(1);
  });
  afterAll(() => mesh?.stop());

  it('are never both served by: the later one takes over', async () => {
    const agent = await mesh.agent('agent');
    const first = mesh.gateways[0] as Gateway;
    const stream = await mesh.listen(agent);
    const second = await mesh.addGateway(1, { dataDir: join(mesh.directory, 'another') });
    expect([second.parts.shell.boot, second.parts.gate.ready()]).toEqual([2, true]);
    await until(() => first.parts.shell.phase === 'superseded');
    const answers = [
      await mesh.call(agent, 'POST /v1/mesh/heartbeat', {}, 0),
      await mesh.call(agent, 'POST /v1/mesh/heartbeat', {}, 1),
    ];
    expect(answers.map(({ status }) => status)).toEqual([503, 200]);
    const probe = await fetch(`${first.url}/readyz`);
    expect(await probe.text()).toContain('another process of this name has taken over');
    stream.close();
  });

  it('may not both run on one data directory: the second is refused, and the first serves on', async () => {
    const first = await mesh.addGateway(3);
    const dataDir = join(mesh.directory, 'us-east-3');
    await expect(mesh.openGateway(3, { dataDir })).rejects.toThrow(
      `${dataDir} is in use by the process ${process.pid}. Stop that one first`,
    );
    expect(first.parts.gate.ready()).toBe(true);
  });

  it('may not use a data directory of another name', async () => {
    const dataDir = join(mesh.directory, 'us-east-4');
    await mesh.stopGateway(await mesh.addGateway(4));
    await expect(mesh.openGateway(9, { dataDir })).rejects.toThrow(
      /ESTOP_DATA_DIR.*belongs to the gateway us-east-4/s,
    );
  });
});
