import {
  hubAccounts,
  leafAccounts,
  meshUsers,
  regionUsers,
  type MeshServices,
} from '#event-store-jetstream';
import { leafText } from './hub-config.js';

const HEAD = `# Made by: node dist/apps/standalone/src/nats-config.js (see README.md). Passwords come from the environment of nats-server.
`;

const variable = (prefix: string, user: string): string =>
  `$${prefix}_${user.toUpperCase().replaceAll('-', '_')}`;
const passwordOf = (user: string): string => variable('ESTOP_NATS_PASSWORD', user);

/** One server of a region: its gateways log in there, and it logs in at the hub for each of them. */
const leafConfig = (services: MeshServices, region: string): string => {
  const users = regionUsers(services, region);
  const names = users.map(({ name }) => name);
  return `${HEAD}server_name: ${JSON.stringify(`leaf-${region}`)}
port: 4222
http: 8222
max_payload: 4MB
${leafText(names, (user) => [variable('ESTOP_NATS_LEAF', user)])}${leafAccounts(users, passwordOf)}`;
};

/**
 * Configuration of the NATS servers of a mesh that somebody else runs, as files by their names: the users, for servers of
 * the hub to include, and one file for each region's server.
 */
export const natsConfigFiles = (services: MeshServices): ReadonlyMap<string, string> => {
  const regions = [...new Set(services.gateways.map(({ region }) => region))];
  return new Map([
    ['users.conf', HEAD + hubAccounts(meshUsers(services), passwordOf)],
    ...regions.map((region) => [`leaf-${region}.conf`, leafConfig(services, region)] as const),
  ]);
};
