import type { Actor, GatewayId } from '#contracts';
import { specFor, gatewayMembership } from '#testing';
import type { LogRestore } from '../control/control-records.js';
import { gatewayDecider, type GatewayCommand, type GatewayEvent } from './gateway.decider.js';
import { logDecider } from './log.decider.js';

const gateway = 'us-east-1' as GatewayId;
const membership = (boot: number) => gatewayMembership(gateway, boot);
const join = (boot: number): GatewayCommand => ({ type: 'JoinGateway', ...membership(boot) });
const joined = (boot: number): GatewayEvent => ({ type: 'GatewayJoined', data: membership(boot) });
const leave = (boot: number): GatewayCommand => ({ type: 'LeaveGateway', gateway, boot });
const left = (boot: number): GatewayEvent => ({ type: 'GatewayLeft', data: { gateway, boot } });
const remove = (boot: number): GatewayCommand => ({
  type: 'RemoveGateway',
  gateway,
  boot,
  silentForMs: 30_000,
});
const removed = (boot: number): GatewayEvent => ({
  type: 'GatewayRemoved',
  data: { gateway, boot, silentForMs: 30_000 },
});

const given = specFor(gatewayDecider);

describe('JoinGateway', () => {
  it('makes the first boot a member', () => given().when(join(1)).then(joined(1)));
  it('lets a higher boot take over', () => given(joined(1)).when(join(2)).then(joined(2)));
  it('is silent for the boot that is a member', () => given(joined(1)).when(join(1)).thenNothing());
  it('refuses a lower boot', () => given(joined(2)).when(join(1)).thenRejected('BOOT_SUPERSEDED'));
  it('asks a removed boot to come back with a higher one', () => {
    given(joined(1), removed(1)).when(join(1)).thenRejected('BOOT_SUPERSEDED');
    given(joined(1), removed(1)).when(join(2)).then(joined(2));
  });
});

describe('LeaveGateway', () => {
  it('ends the membership', () => given(joined(1)).when(leave(1)).then(left(1)));
  it('is silent when repeated', () => given(joined(1), left(1)).when(leave(1)).thenNothing());
  it('does not end what a higher boot took over', () =>
    given(joined(1), joined(2)).when(leave(1)).thenNothing());
});

describe('RemoveGateway', () => {
  it('ends the membership of the silent', () => given(joined(1)).when(remove(1)).then(removed(1)));
  it('is silent for one that left', () => given(joined(1), left(1)).when(remove(1)).thenNothing());
  it('does not end what a higher boot took over', () =>
    given(joined(1), joined(2)).when(remove(1)).thenNothing());
});

describe('GatewayKeyRotated', () => {
  it('changes no membership', () => {
    const rotated: GatewayEvent = {
      type: 'GatewayKeyRotated',
      data: { gateway, boot: 1, keyId: 'k2', publicKey: 'a'.repeat(43) },
    };
    given(joined(1), rotated).when(join(1)).thenNothing();
  });
});

describe('StartLog', () => {
  const start = { type: 'StartLog', incarnation: 'a'.repeat(16) } as const;
  const started = { type: 'LogStarted', data: { incarnation: 'a'.repeat(16) } } as const;
  it('names the incarnation', () => specFor(logDecider)().when(start).then(started));
  it('is silent for whoever comes second', () =>
    specFor(logDecider)(started)
      .when({ ...start, incarnation: 'b'.repeat(16) })
      .thenNothing());
});

describe('RestoreLog', () => {
  const ada = { kind: 'operator', id: 'adaadaadaadaada2', via: 'http' } as const;
  const bob = { kind: 'operator', id: 'bobbobbobbobbob2', via: 'http' } as const;
  const words = { old: 'a'.repeat(16), new: 'b'.repeat(16) };
  const eventId = '018f4e2a-7b1c-7000-8000-000000000001';
  const asked = { eventId, ...words, by: ada, at: '2026-01-31T03:00:00.000Z', sequence: 7 };
  const first: LogRestore = { ...asked, confirmedBy: null };
  const restore = (by: Actor, last: LogRestore | null, over: object = {}) =>
    ({ type: 'RestoreLog', ...words, ...over, by, asked: last }) as const;
  const restored = (by: Actor, confirms: string | null, over: object = {}) =>
    ({ type: 'LogRestored', data: { ...words, ...over, by, confirms } }) as const;
  const given = specFor(logDecider);

  it('is a request, until another person says the same', () =>
    given().when(restore(ada, null)).then(restored(ada, null)));
  it('is confirmed by another person', () =>
    given().when(restore(bob, first)).then(restored(bob, eventId)));
  it('is not confirmed by the same one', () => given().when(restore(ada, first)).thenNothing());
  it('is another request where the words differ', () => {
    const other = { new: 'c'.repeat(16) };
    given()
      .when(restore(bob, first, other))
      .then(restored(bob, null, other));
  });
  it('is silent once confirmed', () =>
    given()
      .when(restore(bob, { ...first, confirmedBy: bob }))
      .thenNothing());
});
