import {
  gatewayUser,
  hubAccounts,
  JETSTREAM_DOMAIN,
  leafAccounts,
  meshUsers,
  nodeUser,
  PROJECTOR_USER,
  PROVISION_USER,
  regionUsers,
  type MeshServices,
  type MeshUser,
} from '#event-store-jetstream';
import type { Layout, LeafPlace } from './layout.js';

export interface Login {
  readonly user: string;
  readonly password: string;
  /** Of JetStream, for users with an account of their own. */
  readonly domain: string | null;
}

/** The lab itself: may say and hear everything, as nobody in a mesh may. */
const LAB: MeshUser = {
  name: 'lab',
  access: { says: ['>'], pulls: [], hears: ['>'], serves: [], peers: [] },
  isolated: false,
};

const passwordOf = (user: string): string => `secret-of-${user}`;

const quotedPassword = (user: string): string => JSON.stringify(passwordOf(user));

const servicesOf = ({ nodes, gateways }: Layout): MeshServices => ({
  nodes: nodes.map(({ name }) => name),
  gateways: gateways.map(({ name: id, region }) => ({ id, region })),
});

/** Who may speak to the servers, as the product's own configuration says it, and the lab. */
export const accessText = (layout: Layout): string =>
  hubAccounts([...meshUsers(servicesOf(layout)), LAB], quotedPassword);

/** The same for the leaf server, which knows its region's gateways and joins the hub as each of them. */
export const leafAccess = (layout: Layout, { region }: LeafPlace) => {
  const users = regionUsers(servicesOf(layout), region);
  const logins = users.map(({ name }) => login(name));
  return { logins, accounts: leafAccounts(users, quotedPassword) };
};

const login = (user: string, domain: string | null = null): Login => ({
  user,
  password: passwordOf(user),
  domain,
});

export const labLogin = login(LAB.name);
export const provisionLogin = login(PROVISION_USER);

/** What a service of the mesh shows the servers. */
export const serviceLogin = (
  kind: 'gateway' | 'command-api' | 'audit-projector',
  name: string,
): Login => {
  switch (kind) {
    case 'gateway':
      return login(gatewayUser(name), JETSTREAM_DOMAIN);
    case 'command-api':
      return login(nodeUser(name));
    case 'audit-projector':
      return login(PROJECTOR_USER, JETSTREAM_DOMAIN);
  }
};
