import {
  evaluatorAccess,
  gatewayAccess,
  nodeAccess,
  notifierAccess,
  projectorAccess,
  provisionAccess,
  signalsAccess,
  type Access,
} from './service-access.js';

/** One user of the NATS servers: a service, with exactly what it may do. */
export interface MeshUser {
  /** A subject token as well: its inbox is `_INBOX.{name}.>`. */
  readonly name: string;
  readonly access: Access;
  /**
   * `true`: it lives in an account of its own and sees only what that account imports. Whoever may ask JetStream anything
   * can have the answer sent to any subject of its account, permissions or not; so nobody who is not trusted with the
   * whole control log shares the hub's account.
   */
  readonly isolated: boolean;
}

export interface MeshServices {
  /** Names of the command APIs, as in `ESTOP_NODE_ID`. */
  readonly nodes: readonly string[];
  readonly gateways: readonly { readonly id: string; readonly region: string }[];
}

export const PROVISION_USER = 'provision';
export const PROJECTOR_USER = 'projector';
export const EVALUATOR_USER = 'evaluator';
export const NOTIFIER_USER = 'notifier';
/** For monitoring that publishes `signal.{org}.{workspace}.{source}`. */
export const SIGNALS_USER = 'signals';
export const nodeUser = (node: string): string => `control-${node}`;
export const gatewayUser = (gateway: string): string => `gateway-${gateway}`;

/** Everybody who may speak to the NATS servers of a mesh. */
export const meshUsers = ({ nodes, gateways }: MeshServices): MeshUser[] => [
  { name: PROVISION_USER, access: provisionAccess, isolated: false },
  ...nodes.map((node) => ({ name: nodeUser(node), access: nodeAccess, isolated: false })),
  { name: PROJECTOR_USER, access: projectorAccess, isolated: true },
  { name: EVALUATOR_USER, access: evaluatorAccess, isolated: true },
  { name: NOTIFIER_USER, access: notifierAccess, isolated: true },
  { name: SIGNALS_USER, access: signalsAccess, isolated: true },
  ...gateways.map((gateway) => ({
    name: gatewayUser(gateway.id),
    access: gatewayAccess(gateway),
    isolated: true,
  })),
];

/** The users that a region's leaf server knows: its gateways. */
export const regionUsers = (services: MeshServices, region: string): MeshUser[] => {
  const ours = services.gateways.filter((gateway) => gateway.region === region);
  const names = new Set(ours.map(({ id }) => gatewayUser(id)));
  return meshUsers(services).filter(({ name }) => names.has(name));
};

/** What any isolated service may ever be given: the hub offers that, and each account takes its own part of it. */
export const isolatedAccess: readonly Access[] = [
  gatewayAccess({ id: '*', region: '*' }),
  projectorAccess,
  evaluatorAccess,
  notifierAccess,
  signalsAccess,
];
