import type { GatewayId, RegionName } from '#contracts';
import { specFor } from '#testing';
import { gatewayDecider, type GatewayCommand, type GatewayEvent } from './gateway.decider.js';
import { logDecider } from './log.decider.js';

const gateway = 'us-east-1' as GatewayId;
const membership = (boot: number) => ({
  gateway,
  region: 'us-east' as RegionName,
  boot,
  url: null,
});
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

describe('StartLog', () => {
  const start = { type: 'StartLog', incarnation: 'a'.repeat(16) } as const;
  const started = { type: 'LogStarted', data: { incarnation: 'a'.repeat(16) } } as const;
  it('names the incarnation', () => specFor(logDecider)().when(start).then(started));
  it('is silent for whoever comes second', () =>
    specFor(logDecider)(started)
      .when({ ...start, incarnation: 'b'.repeat(16) })
      .thenNothing());
});
