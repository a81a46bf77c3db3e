import type {
  FactOf,
  GatewayId,
  GatewayJoined,
  GatewayKeyRotated,
  GatewayLeft,
  GatewayRemoved,
} from '#contracts';
import { accept, type Decider, type Decision, reject } from '../decider.js';

export type GatewayEvent = FactOf<
  typeof GatewayJoined | typeof GatewayLeft | typeof GatewayRemoved | typeof GatewayKeyRotated
>;

/** `boot` is the highest that ever joined; `0` before the first. */
export interface GatewayState {
  readonly boot: number;
  readonly member: boolean;
}

export type JoinGateway = { readonly type: 'JoinGateway' } & FactOf<typeof GatewayJoined>['data'];
export interface LeaveGateway {
  readonly type: 'LeaveGateway';
  readonly gateway: GatewayId;
  readonly boot: number;
}
export interface RemoveGateway {
  readonly type: 'RemoveGateway';
  readonly gateway: GatewayId;
  readonly boot: number;
  readonly silentForMs: number;
}
export type GatewayCommand = JoinGateway | LeaveGateway | RemoveGateway;

/** `BOOT_SUPERSEDED`: boots are ordered; join again with a higher one. */
export type GatewayRejection = 'BOOT_SUPERSEDED';
type GatewayDecision = Decision<GatewayEvent, GatewayRejection>;

const join = ({ type: _type, ...data }: JoinGateway, state: GatewayState): GatewayDecision => {
  if (data.boot === state.boot && state.member) return accept();
  return data.boot > state.boot
    ? accept({ type: 'GatewayJoined', data })
    : reject('BOOT_SUPERSEDED');
};

// To end a membership that has ended, or that a higher boot took over, is already true.
const end = (boot: number, state: GatewayState, event: GatewayEvent): GatewayDecision =>
  state.member && boot === state.boot ? accept(event) : accept();

const decide = (command: GatewayCommand, state: GatewayState): GatewayDecision => {
  switch (command.type) {
    case 'JoinGateway':
      return join(command, state);
    case 'LeaveGateway': {
      const { gateway, boot } = command;
      return end(boot, state, { type: 'GatewayLeft', data: { gateway, boot } });
    }
    case 'RemoveGateway': {
      const { gateway, boot, silentForMs } = command;
      return end(boot, state, { type: 'GatewayRemoved', data: { gateway, boot, silentForMs } });
    }
  }
};

const evolve = (state: GatewayState, event: GatewayEvent): GatewayState => {
  switch (event.type) {
    case 'GatewayJoined':
      return event.data.boot > state.boot ? { boot: event.data.boot, member: true } : state;
    case 'GatewayLeft':
    case 'GatewayRemoved':
      return event.data.boot === state.boot ? { ...state, member: false } : state;
    case 'GatewayKeyRotated':
      return state;
  }
};

/** One gateway's membership, by boots. */
export const gatewayDecider: Decider<GatewayState, GatewayCommand, GatewayEvent, GatewayRejection> =
  { decide, evolve, initialState: { boot: 0, member: false } };
