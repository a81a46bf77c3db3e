import { controlSubject, partsOf, type KeyId } from '#contracts';
import { toTimestamp } from '#platform';
import { until } from '#testing';
import { intentBody, TestMesh, type Client } from './test-mesh.js';

describe('credentials at the gateways', () => {
  let mesh: TestMesh;
  let parent: Client;
  let child: Client;
  let grandchild: Client;
  let bystander: Client;

  const onBehalf = ({ address }: Client, of: Client): Promise<number> => {
    const { org, workspace, name } = partsOf(address);
    const data = { address, parent: of.address };
    return mesh.say(
      { type: 'AgentDelegated', data },
      controlSubject(org, workspace, 'agent', name),
    );
  };
  const revoke = ({ address }: Client): Promise<number> => {
    const { org, workspace, name } = partsOf(address);
    const data = { address, reason: 'leaked' };
    return mesh.say({ type: 'AgentRevoked', data }, controlSubject(org, workspace, 'agent', name));
  };
  const codeAt = async (client: Client, at: number): Promise<string> => {
    const answer = await mesh.call(client, 'POST /v1/guard', { tool: 'mail.send' }, at);
    return answer.status === 200 ? 'ok' : `${answer.status} ${answer.body.error.code}`;
  };

  beforeAll(async () => {
    mesh = await TestMesh.start(2);
    [parent, child, grandchild, bystander] = [
      await mesh.agent('orchestrator'),
      await mesh.agent('worker'),
      await mesh.agent('subworker'),
      await mesh.agent('bystander'),
    ];
    await onBehalf(child, parent);
    await onBehalf(grandchild, child);
  });
  afterAll(() => mesh?.stop());

  it('a retired key works on until its end, and its streams end with it', async () => {
    const old = await mesh.agent('rotating');
    const stream = await mesh.listen(old, '', 1);
    const endMs = Date.now() + 700;
    const expiresAt = toTimestamp(endMs);
    const data = { keyId: old.keyId, replacedBy: 'b'.repeat(16) as KeyId, expiresAt };
    await mesh.say({ type: 'KeyRetired', data }, controlSubject('acme', null, 'key', old.keyId));
    expect(await codeAt(old, 0)).toBe('ok');
    expect(stream.ended).toBe(false);
    await until(() => stream.ended);
    expect(Date.now()).toBeGreaterThanOrEqual(endMs);
    expect(stream.comments).toContain('key_expired');
    for (const at of [0, 1]) expect(await codeAt(old, at)).toBe('401 key_expired');
  });

  it('revoking an agent refuses its whole lineage at every gateway, and cuts what is open', async () => {
    const lineage = [parent, child, grandchild];
    const streams = await Promise.all(
      [0, 1].flatMap((at) => lineage.map((client) => mesh.listen(client, '', at))),
    );
    const feed = await mesh.listen(bystander, '', 1);
    await revoke(parent);
    await until(() => streams.every(({ ended }) => ended));
    for (const { comments } of streams) expect(comments).toContain('key_revoked');
    for (const at of [0, 1]) {
      for (const client of lineage) expect(await codeAt(client, at)).toBe('401 key_revoked');
      expect(await codeAt(bystander, at)).toBe('ok');
    }
    expect(feed.ended).toBe(false);
    feed.close();
    const toRevoked = await mesh.call(
      bystander,
      'POST /v1/intents',
      intentBody(grandchild.address),
    );
    expect(toRevoked).toMatchObject({ status: 404 });
  });

  it('who is registered on behalf of a revoked agent is revoked with it', async () => {
    const late = await mesh.agent('late');
    expect(await codeAt(late, 1)).toBe('ok');
    await onBehalf(late, grandchild);
    for (const at of [0, 1]) expect(await codeAt(late, at)).toBe('401 key_revoked');
  });

  it('a call on its way when its key is revoked is answered 401', async () => {
    const slow = await mesh.agent('slow');
    const [gateway] = mesh.gateways;
    const guard = gateway?.parts.guard;
    if (gateway === undefined || guard === undefined) throw new Error('there is no gateway');
    const handle = guard.handle.bind(guard);
    let arrived = false;
    // The call has passed the gate, and is held up before its answer.
    guard.handle = async (call) => {
      arrived = true;
      await until(() => gateway.view.agent(slow.address)?.revoked === true);
      return handle(call);
    };
    try {
      const asked = codeAt(slow, 0);
      await until(() => arrived);
      await revoke(slow);
      expect(await asked).toBe('401 key_revoked');
    } finally {
      guard.handle = handle;
    }
  });
});
