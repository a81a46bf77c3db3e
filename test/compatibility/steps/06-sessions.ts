import { address, anIntent, text, time, uuid, type World } from '../world.js';

/** Sessions, by a client that was written from the description of the API alone. */
export const sessionSteps = (world: World): void => {
  let session = '';
  const path = (more = ''): string => `/v1/sessions/${session}${more}`;

  it('a session is created, with a body and with none', async () => {
    const bare = await world.agent('sender').post('/v1/sessions');
    expect([bare.status, bare.body]).toEqual([
      200,
      expect.objectContaining({ ok: true, session_id: uuid, status: 'ACTIVE' }),
    ]);
    const { status, body } = await world.agent('sender').post('/v1/sessions', {
      type: 'research',
      project_id: 'q3',
      depends_on: [],
      metadata: { team: 'crm' },
      owner_agent: address('somebody-else'),
    });
    expect([status, body.ok, body.status]).toEqual([200, true, 'ACTIVE']);
    session = body.session_id as string;
  });

  it('it is got, with what was said of it, through every gateway', async () => {
    for (const _gateway of world.gateways) {
      const { status, body } = await world.agent('sender').get(path());
      expect([status, body.ok]).toEqual([200, true]);
      expect(body.session).toMatchObject({
        session_id: session,
        status: 'ACTIVE',
        type: 'research',
        project_id: 'q3',
        metadata: { team: 'crm' },
        created_at: time,
        updated_at: time,
      });
    }
  });

  it('sessions are listed by status and by parent', async () => {
    const child = await world.agent('sender').post('/v1/sessions', { parent_session_id: session });
    expect(child.status).toBe(200);
    const below = await world.agent('sender').get(`/v1/sessions?parent_session_id=${session}`);
    expect(below.body.sessions.map((one: { session_id: string }) => one.session_id)).toEqual([
      child.body.session_id,
    ]);
    const active = await world.agent('sender').get('/v1/sessions?status=ACTIVE&limit=50');
    expect(active.body.sessions.length).toBeGreaterThanOrEqual(3);
    const ended = await world.agent('sender').get('/v1/sessions?status=COMPLETED');
    expect(ended.body.sessions).toEqual([]);
  });

  it('messages are added, numbered and read back', async () => {
    for (const [index, role] of ['user', 'assistant'].entries()) {
      const { status, body } = await world
        .agent('sender')
        .post(path('/messages'), { role, content: `line ${index}`, content_type: 'text/plain' });
      expect([status, body]).toEqual([200, { ok: true, message_id: uuid, seq: index + 1 }]);
    }
    const all = await world.agent('receiver').get(path('/messages'));
    expect(all.body.messages).toMatchObject([
      { seq: 1, role: 'user', content: 'line 0', message_id: uuid },
      { seq: 2, role: 'assistant', content: 'line 1' },
    ]);
    const later = await world.agent('sender').get(path('/messages?since=1&limit=10'));
    expect(later.body.messages.map((one: { seq: number }) => one.seq)).toEqual([2]);
  });

  it('the feed is read to its end by a client that waits', async () => {
    const reading = world.agent('receiver').stream(path('/feed/stream?since=0&wait_seconds=10'));
    const done = await world.agent('sender').post(path('/complete'), { result: { pages: 3 } });
    expect([done.status, done.body]).toEqual([
      200,
      expect.objectContaining({ ok: true, session_id: session, status: 'COMPLETED' }),
    ]);
    const { status, events, tookMs } = await reading;
    expect([status, tookMs < 9000]).toEqual([200, true]);
    expect(events.map(({ event, id }) => [event, id])).toEqual([
      ['session.message', '1'],
      ['session.message', '2'],
      ['session.completed', '3'],
    ]);
    expect(events[0]?.data).toMatchObject({ seq: 1, role: 'user', content: 'line 0' });
    const feed = await world.agent('sender').get(path('/feed'));
    expect(feed.body.feed.map((one: { seq: number }) => one.seq)).toEqual([1, 2, 3]);
  });

  it('a completed session takes nothing more', async () => {
    const messages = await world.agent('sender').post(path('/messages'), {
      role: 'user',
      content: 'more',
    });
    expect([messages.status, messages.body.error.message]).toEqual([409, text]);
    expect((await world.agent('sender').post(path('/complete'))).status).toBe(409);
    const shown = await world.agent('sender').get(path());
    expect(shown.body.session).toMatchObject({ status: 'COMPLETED', result: { pages: 3 } });
  });

  it('a killed session is refused by every gateway that a request comes to', async () => {
    const { body } = await world.agent('sender').post('/v1/sessions');
    const id = body.session_id as string;
    const named = anIntent(address('receiver'), { session_id: id });
    expect((await world.agent('sender').post('/v1/intents', named)).status).toBe(200);
    const killed = await world.as('operator').post(`/v1/sessions/${id}/kill`, { reason: 'enough' });
    expect([killed.status, killed.body]).toEqual([
      200,
      expect.objectContaining({ ok: true, session_id: id, status: 'TERMINATED' }),
    ]);
    for (const _gateway of world.gateways) {
      const intent = await world.agent('sender').post('/v1/intents', named);
      expect([intent.status, intent.body.error.code]).toEqual([403, 'session_killed']);
      const guard = await world
        .agent('sender')
        .post('/v1/guard', { tool: 'mail.send', session_id: id });
      expect([guard.status, guard.body.action]).toEqual([200, 'block']);
    }
    expect((await world.as('viewer').post(`/v1/sessions/${id}/kill`)).status).toBe(403);
  });
};
