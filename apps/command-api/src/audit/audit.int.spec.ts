import { jest } from '@jest/globals';
import { migrate, openDatabase, READ_MODEL, writeBatch, type Database } from '#database';
import { claimDatabase, claimNatsAccount } from '#testing';
import { ExampleMesh } from '../example/example-mesh.js';

jest.setTimeout(60_000);

const ORDERED_AT = '2026-01-31T03:00:00.000Z';

describe('the record of an order', () => {
  let mesh: ExampleMesh;
  let database: Database;
  let operator: string;
  let orderId: string;

  beforeAll(async () => {
    const { url } = await claimDatabase({
      name: 'command_audit',
      prepare: async (template) => {
        const opened = openDatabase({ url: template, name: 'template' });
        await migrate(opened.db);
        await opened.close();
      },
    });
    database = openDatabase({ url, name: 'spec', onIdleError: () => undefined });
    mesh = await ExampleMesh.start({ nats: await claimNatsAccount(), database: database.db });
    await mesh.addGateway('eu-1', 'eu');
    operator = await mesh.key({ roles: ['operator'] });
    const body = { mode: 'halt', selector: { tag: 'mailers' }, reason: 'rogue' };
    const answer = await mesh.call(operator, 'POST /v1/mesh/stops', body);
    orderId = (answer.body as { order_id: string }).order_id;
    await project();
  }, 20_000);
  afterAll(async () => {
    await mesh?.stop();
    await database?.close();
  });

  const line = (sequence: number, type: string, details: object = {}) => ({
    ...{ stream: 'ACTIVITY', sequence, part: 0, type, details, mesh_event: null },
    ...{ event_id: `0190f1a0-0000-7000-8000-00000000000${sequence}`, at: ORDERED_AT, org: 'acme' },
    ...{ workspace: 'production', address: null, order_id: orderId, reason: null },
    ...{ actor_kind: 'operator', actor_id: operator.split('_')[2], actor_via: 'http' },
    ...{ correlation_id: 'c', causation_id: null },
  });

  const project = () =>
    writeBatch(database.db, {
      ...{ schema: READ_MODEL, stream: 'ACTIVITY', after: 0, upTo: 3 },
      batch: {
        ...{ orders: [], order_reasons: [], order_repeats: [], order_lifts: [] },
        ...{ usage_hour: [], usage_day: [], agents: [] },
        audit_log: [line(1, 'StopApplied'), line(2, 'DecisionsCounted', { count: 2 })],
        order_receipts: [
          {
            ...{ order_id: orderId, gateway: 'eu-1', boot: 1, region: 'eu', sequence: 1 },
            ...{ at: ORDERED_AT, position: 9, applied_after_ms: 2.1, cut_streams: 1, cut_calls: 0 },
            ...{ before_last_at: ORDERED_AT, before_last_act: 'intent.send' },
            before_last_address: 'agent://acme/production/email',
            ...{ before_minute: 3, before_hour: 40, before_since: ORDERED_AT },
          },
        ],
        order_refusals: ['guard', 'intent.send'].map((act, index) => ({
          ...{ order_id: orderId, gateway: 'eu-1', region: 'eu', act, refused: 2 },
          first_at: `2026-01-31T03:00:0${index + 1}.000Z`,
          last_at: `2026-01-31T03:00:0${index + 3}.000Z`,
        })),
      },
    });

  const refusals = [
    {
      ...{ gateway: 'eu-1', region: 'eu', count: 4 },
      ...{ from: '2026-01-31T03:00:01.000Z', to: '2026-01-31T03:00:04.000Z' },
      acts: [
        { act: 'guard', count: 2 },
        { act: 'intent.send', count: 2 },
      ],
    },
  ];
  const typesOf = (body: unknown) =>
    (body as { entries: { type: string }[] }).entries.map(({ type }) => type);

  it('holds receipts, what went out before and what was refused, also for a node that heard none of it', async () => {
    const node = await mesh.addNode('node-2');
    const { body } = await mesh.call(operator, `GET /v1/mesh/stops/${orderId}`, undefined, {
      node,
    });
    expect(body).toMatchObject({
      actor: { kind: 'operator', name: 'operator' },
      record: {
        receipts: [
          {
            ...{ gateway: 'eu-1', boot: 1, applied_after_ms: 2.1 },
            cut: { streams: 1, calls: 0 },
            before: {
              last: { at: ORDERED_AT, act: 'intent.send', subject: null },
              ...{ last_minute: 3, last_hour: 40, since: ORDERED_AT },
            },
          },
        ],
        refusals,
      },
    });
  });

  it('is told in the audit: facts with the name of the key, refusals in one sum a gateway', async () => {
    const { body } = await mesh.call(operator, `GET /v1/audit?order_id=${orderId}`);
    expect(typesOf(body)).toEqual(['StopApplied']);
    expect(body).toMatchObject({ entries: [{ actor: { name: 'operator' } }], refusals });
    const all = await mesh.call(operator, 'GET /v1/audit?include=refusals');
    expect(typesOf(all.body)).toEqual(['DecisionsCounted', 'StopApplied']);
    expect(all.body).not.toHaveProperty('refusals');
  });

  it('is nobody else’s', async () => {
    const stranger = await mesh.key({ roles: ['operator'], org: 'globex', workspace: 'main' });
    const { body } = await mesh.call(stranger, `GET /v1/audit?order_id=${orderId}`);
    expect(body).toMatchObject({ entries: [], refusals: [] });
  });

  it('is not known while the read model is away, and the order is', async () => {
    await database.close();
    const { status, body } = await mesh.call(operator, `GET /v1/mesh/stops/${orderId}`);
    expect([status, body]).toMatchObject([200, { order_id: orderId, mode: 'halt', record: null }]);
  });
});
