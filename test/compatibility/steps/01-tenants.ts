import { address, ORG, text, time, WORKSPACE, type World } from '../world.js';

const NOTE = { created_by_actor_id: 'actor://conformance/admin' };

export const tenantSteps = (world: World): void => {
  it('an organization and a workspace are created by those who run the mesh', async () => {
    const org = await world.as('admin').post('/v1/organizations', {
      name: 'second',
      requested_by_actor_id: 'actor://conformance/admin',
    });
    expect([org.status, org.body]).toEqual([
      200,
      {
        ok: true,
        organization: expect.objectContaining({
          org_id: 'second',
          name: 'second',
          status: 'active',
          created_at: time,
          updated_at: time,
        }),
      },
    ]);
    const body = {
      org_id: 'second',
      name: 'sandbox',
      environment: 'sandbox',
      region: 'us-central1',
    };
    const workspace = await world.as('admin').post('/v1/organizations/second/workspaces', body);
    expect([workspace.status, workspace.body.ok]).toEqual([200, true]);
    expect(workspace.body.workspace).toMatchObject({
      workspace_id: 'sandbox',
      org_id: 'second',
      environment: 'sandbox',
    });
  });

  it('others may not', async () =>
    expect((await world.as('operator').post('/v1/organizations', { name: 'third' })).status).toBe(
      403,
    ));

  it('a service account registers an agent', async () => {
    for (const name of ['sender', 'receiver', 'bystander']) {
      const { status, body } = await world.as('admin').post('/v1/service-accounts', {
        org_id: ORG,
        workspace_id: WORKSPACE,
        name,
        description: 'made by a check',
        ...NOTE,
      });
      expect([status, body.ok]).toEqual([200, true]);
      expect(body.service_account).toMatchObject({
        service_account_id: text,
        org_id: ORG,
        workspace_id: WORKSPACE,
        name,
        description: 'made by a check',
        status: 'active',
        created_by_actor_id: text,
        created_at: time,
        updated_at: time,
        agent_address: address(name),
      });
    }
  });

  it('a name that is taken is 409', async () => {
    const body = { org_id: ORG, workspace_id: WORKSPACE, name: 'sender' };
    expect((await world.as('admin').post('/v1/service-accounts', body)).status).toBe(409);
  });

  it('service accounts are listed, and got one by one', async () => {
    const { body } = await world
      .as('admin')
      .get(`/v1/service-accounts?org_id=${ORG}&workspace_id=${WORKSPACE}`);
    const names = body.service_accounts.map((account: { name: string }) => account.name);
    expect(names).toEqual(expect.arrayContaining(['sender', 'receiver', 'bystander']));
    const id = body.service_accounts[0].service_account_id as string;
    const one = await world.as('admin').get(`/v1/service-accounts/${id}`);
    expect(one.body).toMatchObject({ ok: true, service_account: { service_account_id: id } });
  });

  it('a key of an agent is shown once, and holds at every gateway at once', async () => {
    const accounts = await world.as('admin').get(`/v1/service-accounts?org_id=${ORG}`);
    for (const { service_account_id: id, name } of accounts.body.service_accounts) {
      const { status, body } = await world
        .as('admin')
        .post(`/v1/service-accounts/${id}/keys`, NOTE);
      expect([status, body.ok]).toEqual([200, true]);
      expect(body.key).toMatchObject({
        key_id: text,
        service_account_id: id,
        key_hint: text,
        status: 'active',
        created_at: time,
        expires_at: null,
        token: expect.stringMatching(/^estop_sa_/),
      });
      world.agentKeys.set(name, body.key.token);
      for (const _gateway of world.gateways)
        expect((await world.agent(name).post('/v1/mesh/heartbeat')).status).toBe(200);
    }
  });

  it('the directory knows the agents', async () => {
    const { body } = await world
      .as('viewer')
      .get(`/v1/agents?org_id=${ORG}&workspace_id=${WORKSPACE}`);
    expect(body.ok).toBe(true);
    const one = await world.as('viewer').get(`/v1/agents/${ORG}/${WORKSPACE}/sender`);
    const entry = {
      address: address('sender'),
      service_account_id: text,
      service_account_name: 'sender',
      display_name: text,
      status: 'active',
      created_at: time,
    };
    expect(one.body).toMatchObject({ ok: true, agent: entry });
    expect(body.agents).toContainEqual(expect.objectContaining(entry));
  });

  it("another tenant's agent is 404", async () =>
    expect((await world.as('operator').get('/v1/agents/second/sandbox/x')).status).toBe(404));
};
