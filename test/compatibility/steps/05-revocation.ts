import { ORG, text, time, type World } from '../world.js';

export const revocationSteps = (world: World): void => {
  it('a revoked key is 401 at every gateway at once', async () => {
    const accounts = await world.as('admin').get(`/v1/service-accounts?org_id=${ORG}`);
    const account = accounts.body.service_accounts.find(
      (entry: { name: string }) => entry.name === 'bystander',
    );
    const path = `/v1/service-accounts/${account.service_account_id}`;
    const { body: one } = await world.as('admin').get(path);
    const keyId = one.service_account.keys[0].key_id as string;
    const { status, body } = await world.as('admin').post(`${path}/keys/${keyId}/revoke`);
    expect([status, body.ok, body.key]).toEqual([
      200,
      true,
      expect.objectContaining({
        key_id: keyId,
        service_account_id: account.service_account_id,
        status: 'revoked',
        revoked_at: time,
      }),
    ]);
    for (const _gateway of world.gateways) {
      const refused = await world.agent('bystander').post('/v1/mesh/heartbeat');
      expect([refused.status, refused.body.error.message]).toEqual([401, text]);
    }
  });
};
