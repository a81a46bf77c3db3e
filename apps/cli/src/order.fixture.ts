export const KEY = 'estop_op_0123456789abcdef_secret';
/** Where a gateway is, and the key for it. */
export const env = { ESTOP_API_KEY: KEY, ESTOP_URL: 'http://gateway.test:4600' };
export const AGENT = 'agent://acme/production/email-campaign';
export const ORDER = 'stop_abcdefghijklmnopqrst';
/** What `estop up` leaves in its data directory. */
export const credentials = JSON.stringify({
  admin_key: 'admin-key',
  operator_key: 'operator-key',
  viewer_key: 'viewer-key',
  org: 'acme',
  workspace: 'production',
});
export const mesh = JSON.stringify({
  gateways: [{ id: 'us-east-1', region: 'us-east', url: 'http://gateway.test:4600' }],
  command_api: 'http://command.test:4700',
});

export const acked = {
  gateway: 'us-east-1',
  region: 'us-east',
  state: 'acked',
  applied_after_ms: 11.2,
  cut: { streams: 2, calls: 1 },
};
export const missing = {
  gateway: 'eu-west-1',
  region: 'eu-west',
  state: 'missing',
  applied_after_ms: null,
  cut: null,
};
export const order = {
  ok: true,
  order_id: ORDER,
  state: 'contained',
  mode: 'halt',
  selector: { agent: AGENT },
  reason: null,
  actor: { kind: 'operator', id: '0123456789abcdef', via: 'http', name: 'ada' },
  ordered_at: '2026-01-31T03:00:12.345Z',
  expires_at: null,
  drain_until: null,
  lifted: null,
  lift_request: null,
  sequence: 42,
  changed: true,
  effective: { acked: 2, of: 2 },
  committed: true,
  contained: true,
  contained_after_ms: 41.3,
  gateways: [acked, { ...acked, gateway: 'eu-west-1', region: 'eu-west', applied_after_ms: 37.5 }],
};
export const halfway = {
  ...order,
  state: 'committed',
  contained: false,
  contained_after_ms: null,
  effective: { acked: 1, of: 2 },
  gateways: [acked, missing],
};
/** What the logs hold of the order. */
export const record = {
  receipts: [
    {
      ...{ gateway: 'us-east-1', region: 'us-east', boot: 1, at: '2026-01-31T03:00:12.350Z' },
      ...{ applied_after_ms: 2.13, cut: { streams: 1, calls: 0 } },
      before: {
        last: {
          ...{ at: '2026-01-31T03:00:12.301Z', address: AGENT },
          ...{ act: 'intent.send', subject: 'intent.email.send.v1' },
        },
        ...{ last_minute: 30, last_hour: 47, since: '2026-01-31T02:00:12.350Z' },
      },
    },
  ],
  refusals: [
    {
      ...{ gateway: 'us-east-1', region: 'us-east', count: 214 },
      ...{ from: '2026-01-31T03:00:12.600Z', to: '2026-01-31T03:00:15.400Z' },
      acts: [{ act: 'intent.send', count: 214 }],
    },
  ],
};
