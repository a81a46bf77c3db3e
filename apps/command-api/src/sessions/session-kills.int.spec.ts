import {
  sessionEvents,
  eventCodec,
  sessionSubject,
  streams,
  type Address,
  type Namespace,
  type SessionEvent,
  type SessionId,
} from '#contracts';
import { record, systemClock, systemIds } from '#platform';
import { claimNatsAccount } from '#testing';
import { ExampleMesh } from '../example/example-mesh.js';

describe('the kill of a session', () => {
  let mesh: ExampleMesh;
  let operator: string;

  beforeAll(async () => {
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount() });
    await mesh.addGateway('near-1', 'near');
    operator = await mesh.key({ roles: ['operator'] });
  }, 20_000);
  afterAll(() => mesh?.stop());

  const begin = async (workspace = 'production'): Promise<SessionId> => {
    const sessionId = systemIds.uuid() as SessionId;
    const owner = `agent://acme/${workspace}/researcher` as Address;
    const about = { org: 'acme', workspace, correlationId: 'spec' };
    const actor = { kind: 'agent', id: owner, via: 'http' } as const;
    const data = {
      ...{ sessionId, namespace: `acme/${workspace}` as Namespace, owner, sessionType: null },
      ...{ projectId: null, parent: null, ancestors: [], dependsOn: [], metadata: {} },
      limits: { maxDurationS: 60, maxActions: null, maxCostMicro: null },
      notAfter: null,
    };
    const event = record(
      { type: 'SessionStarted', data },
      { ...about, actor },
      systemClock,
      systemIds,
    );
    const store = mesh.nats.eventStore<SessionEvent>(
      streams.sessions.name,
      eventCodec(sessionEvents),
    );
    await store.append({ subject: sessionSubject('acme', workspace, sessionId), event });
    return sessionId;
  };

  it('is told with what has applied it, and silent when repeated', async () => {
    const id = await begin();
    const path = `POST /v1/sessions/${id}/kill`;
    expect(await mesh.call(operator, path, { reason: 'wrong account' })).toMatchObject({
      status: 200,
      body: {
        ...{ ok: true, session_id: id, status: 'TERMINATED', changed: true },
        ...{ effective: { acked: 1, of: 1 }, missing: [] },
      },
    });
    expect(await mesh.call(operator, path)).toMatchObject({
      status: 200,
      body: { status: 'TERMINATED', changed: false },
    });
    const [stored] = await mesh.store.read(`control.acme.production.session.${id}`);
    expect(stored?.decoded).toMatchObject({
      event: { type: 'SessionKilled', data: { reason: 'wrong account' } },
    });
  });

  it('needs a session that the caller can see, and the permission to stop', async () => {
    const id = await begin();
    const staging = await begin('staging');
    const path = `POST /v1/sessions/${id}/kill`;
    const rival = await mesh.key({ roles: ['admin'], org: 'globex' });
    const viewer = await mesh.key({ roles: ['viewer'] });
    const narrow = await mesh.key({ roles: ['operator'], workspaceOnly: true });
    const wide = await mesh.key({ roles: ['admin'], org: 'globex', meshWide: true });
    expect(await mesh.call(rival, path)).toMatchObject({ status: 404 });
    expect(await mesh.call(viewer, path)).toMatchObject({ status: 403 });
    expect(await mesh.call(narrow, `POST /v1/sessions/${staging}/kill`)).toMatchObject({
      status: 404,
    });
    expect(await mesh.call(operator, `POST /v1/sessions/${systemIds.uuid()}/kill`)).toMatchObject({
      status: 404,
    });
    expect(await mesh.call(operator, 'POST /v1/sessions/nonsense/kill')).toMatchObject({
      status: 422,
    });
    expect(await mesh.call(operator, path, { why: 'x' })).toMatchObject({ status: 422 });
    expect(await mesh.call(wide, path)).toMatchObject({ status: 200, body: { changed: true } });
  });
});
