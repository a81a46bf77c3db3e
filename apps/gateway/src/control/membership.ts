import { gatewaySubject, StopMode, type ControlEvent, type Recorded } from '#contracts';
import { gatewayDecider, type ControlChange, type GatewayEvent, type GatewayMember } from '#domain';
import { decideAndAppend, type EventStore } from '#event-store';
import { record, type Clock, type ControlLog, type Ids, type Logger } from '#platform';
import { byGateway, type GatewayIdentity } from '../identity.js';

export interface MembershipOptions {
  readonly identity: GatewayIdentity;
  readonly store: EventStore<ControlEvent>;
  readonly controlLog: ControlLog;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
}

const APPLY_MS_MAX = 10_000;
const REJOIN_AFTER_MS = 500;

type State =
  | { readonly kind: 'outside' }
  | { readonly kind: 'member'; readonly boot: number }
  /** Another process runs under this name with a higher boot: this one serves no more. */
  | { readonly kind: 'superseded' };

/** This gateway's place among the members: it counts from when it reads its own join. */
export class Membership {
  private state: State = { kind: 'outside' };
  private url: string | null = null;
  private leaving = false;
  /** The boot that this process tries to join with. */
  private joining = 0;

  constructor(private readonly options: MembershipOptions) {}

  /** `0` outside the mesh. */
  get boot(): number {
    return this.state.kind === 'member' ? this.state.boot : 0;
  }

  get member(): boolean {
    return this.state.kind === 'member';
  }

  /** Joins with the next boot. Resolves when the join has been read back. @throws LogUnavailableError */
  async join(url: string): Promise<void> {
    this.url = url;
    const { identity, controlLog } = this.options;
    for (let boot = controlLog.view.lastBootOf(identity.gateway) + 1; ; boot += 1) {
      this.joining = boot;
      const unsigned = { join: '', keyId: null, publicKey: null, modes: StopMode.options };
      const outcome = await this.append({
        type: 'JoinGateway',
        ...identity,
        ...unsigned,
        boot,
        url,
      });
      // Silence: another process of this name has joined with this very boot. The higher boot holds.
      if (!outcome.accepted || outcome.events.length === 0) continue;
      if (await controlLog.until(outcome.sequence, APPLY_MS_MAX)) return;
      throw new Error(`gateway ${identity.gateway} has not read its join with boot ${boot}`);
    }
  }

  /** What the control log says about this gateway. */
  observe({ joined, left }: ControlChange): void {
    if (this.state.kind === 'outside') return this.observeJoin(joined);
    if (this.state.kind !== 'member' || this.leaving) return;
    const { gateway } = this.options.identity;
    const { boot } = this.state;
    const bootOf = (member: GatewayMember | null) =>
      member?.gateway === gateway ? member.boot : 0;
    if (bootOf(joined) > boot) this.giveWay(bootOf(joined));
    else if (bootOf(left) === boot) this.removed(boot);
  }

  /** Says goodbye. Never throws: a gateway that could not is removed when it has been silent for long enough. */
  async leave(): Promise<void> {
    this.leaving = true;
    if (this.state.kind !== 'member') return;
    const { boot } = this.state;
    this.state = { kind: 'outside' };
    const { gateway } = this.options.identity;
    await this.append({ type: 'LeaveGateway', gateway, boot }).catch((error: unknown) => {
      this.options.log.warn({ err: error }, 'could not say goodbye');
    });
  }

  /** From the very event on: an order that follows it in the same batch is confirmed already. */
  private observeJoin(joined: GatewayMember | null): void {
    const mine = joined !== null && joined.gateway === this.options.identity.gateway;
    if (!mine || joined.boot !== this.joining || joined.url !== this.url) return;
    this.state = { kind: 'member', boot: joined.boot };
  }

  private giveWay(boot: number): void {
    this.state = { kind: 'superseded' };
    this.options.log.error({ boot }, 'another process took this gateway over');
  }

  private removed(boot: number): void {
    this.state = { kind: 'outside' };
    this.options.log.warn({ boot }, 'removed from the mesh; joining again');
    void this.rejoin();
  }

  private async rejoin(): Promise<void> {
    while (this.state.kind === 'outside' && !this.leaving && this.url !== null) {
      try {
        await this.join(this.url);
      } catch (error) {
        this.options.log.warn({ err: error }, 'could not join again yet');
        await new Promise((resolve) => setTimeout(resolve, REJOIN_AFTER_MS).unref());
      }
    }
  }

  private append(command: Parameters<typeof gatewayDecider.decide>[0]) {
    const { identity, store, clock, ids } = this.options;
    return decideAndAppend({
      store,
      decider: gatewayDecider,
      subject: gatewaySubject(identity.gateway),
      command,
      toRecorded: (fact: GatewayEvent): ControlEvent =>
        record(fact, byGateway(identity, { org: null, workspace: null }), clock, ids),
      toFact: (event) => (isGatewayEvent(event) ? event : null),
    });
  }
}

const isGatewayEvent = (event: ControlEvent): event is Recorded<GatewayEvent> =>
  event.type === 'GatewayJoined' || event.type === 'GatewayLeft' || event.type === 'GatewayRemoved';
