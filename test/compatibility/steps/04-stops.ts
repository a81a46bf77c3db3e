import { until } from '#testing';
import { address, anIntent, ORG, text, time, WORKSPACE, type World } from '../world.js';

interface Listed {
  readonly address: string;
  readonly address_id: string;
}

const idOf = async (world: World, name: string): Promise<string> => {
  const { body } = await world.as('viewer').get('/v1/mesh/agents?limit=100');
  const found = body.agents.find((agent: Listed) => agent.address === address(name)) as Listed;
  return found.address_id;
};

const health = async (world: World, name: string): Promise<string> =>
  (await world.agent(name).post('/v1/mesh/heartbeat')).body.health_status as string;

export const stopSteps = (world: World): void => {
  it('the fleet is listed with health, use and a summary', async () => {
    const { body } = await until(
      async () => {
        const answer = await world.as('viewer').get('/v1/mesh/agents?limit=100&window=day');
        const agent = answer.body.agents.find(
          (entry: Listed) => entry.address === address('bystander'),
        );
        return agent?.cost_period === 0.25 && answer;
      },
      { what: 'the use of the bystander in the list' },
    );
    const agent = body.agents.find((entry: Listed) => entry.address === address('bystander'));
    expect(agent).toMatchObject({
      address_id: expect.stringMatching(/^addr_/),
      display_name: text,
      health_status: 'healthy',
      last_heartbeat_at: time,
      created_at: time,
      intents_period: expect.any(Number),
      tags: [],
    });
    expect(body.summary).toMatchObject({
      total: 3,
      healthy: expect.any(Number),
      degraded: 0,
      unreachable: 0,
      killed: 0,
    });
    const active = await world.as('viewer').get('/v1/mesh/agents?health=active');
    expect(active.body.agents.length).toBeGreaterThan(0);
  });

  it('a kill without a body stops the agent at every gateway', async () => {
    const id = await idOf(world, 'sender');
    const { status, body } = await world.as('operator').post(`/v1/mesh/agents/${id}/kill`);
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        ok: true,
        agent: expect.objectContaining({
          address_id: id,
          address: address('sender'),
          health_status: 'killed',
        }),
        order: expect.objectContaining({ order_id: expect.stringMatching(/^stop_/) }),
      }),
    ]);
    for (const _gateway of world.gateways) {
      expect(await health(world, 'sender')).toBe('killed');
      const out = await world.agent('sender').post('/v1/intents', anIntent(address('receiver')));
      expect(out.status).toBe(403);
      expect(out.body.error).toMatchObject({ code: 'agent_killed', message: text });
      const into = await world.agent('receiver').post('/v1/intents', anIntent(address('sender')));
      expect([into.status, into.body.error.code]).toEqual([403, 'agent_killed']);
      const path = `/v1/agents/${ORG}/${WORKSPACE}/sender/intents/stream?since=0&wait_seconds=1`;
      expect((await world.agent('sender').stream(path)).status).toBe(403);
    }
    expect(await health(world, 'receiver')).toBe('healthy');
  });

  it('a second kill changes nothing and is 200', async () => {
    const id = await idOf(world, 'sender');
    const { status, body } = await world.as('operator').post(`/v1/mesh/agents/${id}/kill`);
    expect([status, body.order.changed]).toEqual([200, false]);
  });

  it('the agent in detail names the orders that hold it', async () => {
    const { body } = await world.as('viewer').get(`/v1/mesh/agents/${await idOf(world, 'sender')}`);
    expect(body).toMatchObject({
      ok: true,
      agent: { address: address('sender'), health_status: 'killed' },
      metrics: expect.any(Object),
      events: expect.any(Array),
    });
    expect(body.held_by).toHaveLength(1);
  });

  it('a resume without a body lets it run; unknown until its heartbeat, then healthy', async () => {
    const id = await idOf(world, 'sender');
    const { status, body } = await world.as('operator').post(`/v1/mesh/agents/${id}/resume`);
    expect([status, body.ok, body.agent.health_status]).toEqual([200, true, 'unknown']);
    for (const _gateway of world.gateways) {
      const sent = await world.agent('sender').post('/v1/intents', anIntent(address('receiver')));
      expect(sent.status).toBe(200);
    }
    expect(await health(world, 'sender')).toBe('healthy');
    const again = await world.as('operator').post(`/v1/mesh/agents/${id}/resume`);
    expect([again.status, again.body.changed]).toEqual([200, false]);
  });

  it.each([
    ['URL-encoded', encodeURIComponent(address('sender'))],
    ['as it is, as the READMEs of AXME show it', address('sender')],
  ])('an address will do for an id, %s', async (_how, spelled) => {
    const path = `/v1/mesh/agents/${spelled}`;
    const killed = await world.as('operator').post(`${path}/kill`, { reason: 'by address' });
    expect([killed.status, killed.body.agent.address]).toEqual([200, address('sender')]);
    const seen = await world.as('viewer').get(path);
    expect(seen.body.agent.health_status).toBe('killed');
    expect((await world.as('operator').post(`${path}/resume`)).status).toBe(200);
  });

  it('the story is told newest first', async () => {
    const { body } = await until(
      async () => {
        const answer = await world
          .as('viewer')
          .get('/v1/mesh/events?limit=50&event_type=agent.killed');
        return answer.body.events.length >= 2 && answer;
      },
      { what: 'two kills in the story' },
    );
    for (const event of body.events)
      expect(event).toMatchObject({
        event_id: text,
        address: address('sender'),
        event_type: 'agent.killed',
        actor_id: text,
        created_at: time,
      });
    const resumed = await world.as('viewer').get('/v1/mesh/events?event_type=agent.resumed');
    expect(resumed.body.events.length).toBeGreaterThan(0);
  });

  it('an unknown id is 404, and a viewer or an agent may not kill', async () => {
    const unknown = '/v1/mesh/agents/addr_aaaaaaaaaaaaaaaaaaaa/kill';
    expect((await world.as('operator').post(unknown)).status).toBe(404);
    const id = await idOf(world, 'sender');
    expect((await world.as('viewer').post(`/v1/mesh/agents/${id}/kill`)).status).toBe(403);
    expect((await world.agent('receiver').post(`/v1/mesh/agents/${id}/kill`)).status).toBe(403);
  });
};
