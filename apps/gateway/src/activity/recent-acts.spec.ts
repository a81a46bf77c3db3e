import type { Address } from '#contracts';
import { RecentActs } from './recent-acts.js';

const MAILER = 'agent://acme/production/mailer' as Address;
const BILLING = 'agent://acme/production/billing' as Address;
const START_MS = Date.parse('2026-01-31T03:00:00.000Z');
const MINUTE_MS = 60_000;
const sent = (atMs: number, count = 1) =>
  ({ count, lastAtMs: START_MS + atMs, act: 'intent.send', subject: 'email.send.v1' }) as const;
const everybody = () => true;
const beforeOf = (recent: RecentActs, atMs: number, only: Address | null = MAILER) =>
  recent.before(everybody, only, START_MS + atMs);

describe('what went out before a stop', () => {
  it('is counted for the minute and the hour before, with the last act to the millisecond', () => {
    const recent = new RecentActs(START_MS - 9 * 3_600_000);
    for (let minute = 0; minute < 100; minute += 1) recent.add(MAILER, sent(minute * MINUTE_MS, 2));
    recent.add(MAILER, sent(100 * MINUTE_MS + 412));
    expect(beforeOf(recent, 100 * MINUTE_MS + 500)).toEqual({
      last: {
        at: '2026-01-31T04:40:00.412Z',
        address: MAILER,
        act: 'intent.send',
        subject: 'email.send.v1',
      },
      lastMinute: 1,
      lastHour: 2 * 59 + 1,
      since: '2026-01-31T03:40:00.500Z',
    });
  });

  it('is nothing for an agent that sent nothing, since the gateway began', () =>
    expect(beforeOf(new RecentActs(START_MS), 5_000)).toEqual({
      last: null,
      lastMinute: 0,
      lastHour: 0,
      since: '2026-01-31T03:00:00.000Z',
    }));

  it('is added up over those whom the stop covers, and over nobody else', () => {
    const recent = new RecentActs(START_MS);
    recent.add(MAILER, sent(1_000, 3));
    recent.add(BILLING, sent(2_000, 4));
    expect(beforeOf(recent, 3_000, null)).toMatchObject({
      last: { address: BILLING },
      lastMinute: 7,
    });
    const mailer = recent.before((address) => address === MAILER, null, START_MS + 3_000);
    expect(mailer).toMatchObject({ last: { address: MAILER }, lastMinute: 3 });
  });

  it('is remembered for a limited number of agents, and says since when', () => {
    const recent = new RecentActs(START_MS, 2);
    recent.add(MAILER, sent(1_000));
    recent.add(BILLING, sent(2_000));
    recent.add('agent://acme/production/third' as Address, sent(3_000));
    expect(beforeOf(recent, 4_000)).toMatchObject({
      last: null,
      since: '2026-01-31T03:00:01.001Z',
    });
    expect(beforeOf(recent, 4_000, BILLING)).toMatchObject({ lastMinute: 1 });
  });
});
