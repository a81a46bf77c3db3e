/** A server of the hub, with its ports on this machine for the others of the hub and for leaf servers. */
export interface HubServer {
  readonly name: string;
  readonly routes: number;
  readonly leaves: number;
}

export interface Login {
  readonly user: string;
  readonly password: string;
}

const quoted = (text: string): string => JSON.stringify(text);
const at = (scheme: string, { user, password }: Login, port: number): string =>
  quoted(`${scheme}://${user}:${password}@127.0.0.1:${port}`);

/** A link on which nothing comes is noticed within six seconds, also when nobody closed it. */
export const LINKS = `ping_interval: "2s"
ping_max: 2
`;

/** Makes a server one of the hub; `login` is what they show each other. */
export const hubText = (own: HubServer, hub: readonly HubServer[], login: Login): string => {
  const peers = hub.filter(({ name }) => name !== own.name);
  return `${LINKS}cluster {
  name: "hub"
  listen: "127.0.0.1:${own.routes}"
  authorization { user: ${quoted(login.user)}, password: ${quoted(login.password)} }
  routes: [ ${peers.map(({ routes }) => at('nats-route', login, routes)).join(', ')} ]
}
leafnodes { listen: "127.0.0.1:${own.leaves}" }
`;
};

/**
 * Joins a region's server to the hub: one link for each user, in that user's account and with its permissions, so that a
 * region can do no more than its gateways may.
 *
 * @param urlsOf where that user dials the hub, as they stand in the configuration: quoted, or `$NAME`
 */
export const leafText = (
  users: readonly string[],
  urlsOf: (user: string) => readonly string[],
): string => {
  const remotes = users.map(
    (user) => `    { account: ${quoted(user)}, urls: [ ${urlsOf(user).join(', ')} ] }\n`,
  );
  return `${LINKS}leafnodes {
  reconnect: "250ms"
  remotes: [
${remotes.join('')}  ]
}
`;
};

/** Where a user dials the hub on this machine. */
export const leafUrls = (hub: readonly HubServer[], login: Login): string[] =>
  hub.map(({ leaves }) => at('nats-leaf', login, leaves));
