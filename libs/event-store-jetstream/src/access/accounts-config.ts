import { subjectMatches } from '#event-store';
import { isolatedAccess, type MeshUser } from './mesh-users.js';
import type { Access } from './service-access.js';

/** The account that holds the streams; provisioning and command APIs live in it. */
export const HUB_ACCOUNT = 'HUB';

/**
 * JetStream's domain for users with an account of their own: they ask `$JS.hub.API.…` (`ESTOP_NATS_DOMAIN=hub`), because
 * `$JS.API.…` always means the account's own JetStream, and theirs has none.
 */
export const JETSTREAM_DOMAIN = 'hub';

/** How a password stands in the configuration: quoted, or `$NAME` for a variable of nats-server's environment. */
export type PasswordOf = (user: string) => string;

/** The server forgets how to send answers back after so long. A pull lasts 2.5 s, a rebuild of the audit a minute. */
const ANSWERS_WITHIN = { one: '5m', many: '10s' } as const;

const quoted = (text: string): string => JSON.stringify(text);
const list = (items: readonly string[], indent: string): string =>
  `[\n${items.map((item) => `${indent}  ${item}\n`).join('')}${indent}]`;
const unique = (items: readonly string[]): string[] => [...new Set(items)];

const API = '$JS.API.';
const DOMAIN_API = `$JS.${JETSTREAM_DOMAIN}.API.`;
/** A subject of the hub as its name is in a user's own account: JetStream's API and buckets go by their domain. */
const asSeen = (subject: string, { isolated }: MeshUser): string => {
  if (isolated && subject.startsWith(API)) return `${DOMAIN_API}${subject.slice(API.length)}`;
  return isolated && subject.startsWith('$KV.') ? `${DOMAIN_API}${subject}` : subject;
};

const inboxOf = ({ name }: MeshUser): string => `_INBOX.${name}.>`;

const userConfig = (user: MeshUser, passwordOf: PasswordOf, indent: string): string => {
  const { says, pulls, hears, serves, peers } = user.access;
  const inner = `${indent}    `;
  const publish = unique([...says, ...pulls]).map((subject) => quoted(asSeen(subject, user)));
  const subscribe = [inboxOf(user), ...hears, ...serves, ...peers].map(quoted);
  const answers =
    serves.length > 0
      ? `${inner}allow_responses: { max: 1, expires: "${ANSWERS_WITHIN.one}" }\n`
      : '';
  return `{
${indent}  user: ${quoted(user.name)}, password: ${passwordOf(user.name)}
${indent}  permissions {
${inner}publish { allow: ${list(publish, inner)} }
${inner}subscribe { allow: ${list(subscribe, inner)} }
${answers}${indent}  }
${indent}}`;
};

const exportsOf = (offered: readonly Access[]): string[] => {
  const all = (part: keyof Access) => unique(offered.flatMap((access) => access[part]));
  const { one, many } = ANSWERS_WITHIN;
  const peers = all('peers');
  const toHub = all('says').filter((it) => !peers.some((heard) => subjectMatches(it, heard)));
  return [
    ...toHub.map((it) => `{ service: ${quoted(it)}, response_threshold: "${one}" }`),
    ...all('pulls').map(
      (it) => `{ service: ${quoted(it)}, response: stream, response_threshold: "${many}" }`,
    ),
    ...all('hears').map((it) => `{ stream: ${quoted(it)} }`),
    // Deliveries of a user's own consumers; each account takes its own inbox.
    '{ stream: "_INBOX.*.>" }',
  ];
};

/** What is said to peers goes from account to account, and never through the hub. */
const forPeers = (subject: string, users: readonly MeshUser[]): MeshUser[] =>
  users.filter(({ access }) => access.peers.some((heard) => subjectMatches(subject, heard)));

const importsOf = (user: MeshUser, isolated: readonly MeshUser[]): string[] => {
  const { says, pulls, hears } = user.access;
  const from = (subject: string, account = HUB_ACCOUNT) =>
    `{ account: ${quoted(account)}, subject: ${quoted(subject)} }`;
  const said = unique([...says, ...pulls]).flatMap((subject) => {
    const peers = forPeers(subject, isolated);
    if (peers.length > 0) {
      const others = peers.filter((peer) => peer !== user);
      return others.flatMap((peer) => peer.access.peers.map((heard) => from(heard, peer.name)));
    }
    const seen = asSeen(subject, user);
    return [seen === subject ? from(subject) : `${from(subject)}, to: ${quoted(seen)}`];
  });
  return [
    ...said.map((service) => `{ service: ${service} }`),
    ...[...hears, inboxOf(user)].map((subject) => `{ stream: ${from(subject)} }`),
  ];
};

const servedBy = (users: readonly MeshUser[]): string[] =>
  users.flatMap(({ name, access }) =>
    access.serves.map(
      (subject) => `{ service: { account: ${quoted(name)}, subject: ${quoted(subject)} } }`,
    ),
  );

const ownAccount = (
  user: MeshUser,
  isolated: readonly MeshUser[],
  passwordOf: PasswordOf,
): string => {
  const { serves, peers } = user.access;
  const offered = [...serves, ...peers].map(
    (it) => `{ service: ${quoted(it)}, response_threshold: "${ANSWERS_WITHIN.one}" }`,
  );
  return `  ${quoted(user.name)} {
    users: [ ${userConfig(user, passwordOf, '    ')} ]
    imports: ${list(importsOf(user, isolated), '    ')}
    exports: ${list(offered, '    ')}
  }
`;
};

/**
 * The part of nats-server's configuration that says who may do what, for servers of the hub (and for a mesh of one server):
 * the streams' account, and an account for each isolated user that imports what that user may use.
 */
export const hubAccounts = (users: readonly MeshUser[], passwordOf: PasswordOf): string => {
  const isolated = users.filter((user) => user.isolated);
  const trusted = users.filter((user) => !user.isolated);
  return `accounts {
  ${HUB_ACCOUNT} {
    jetstream: enabled
    users: ${list(
      trusted.map((user) => userConfig(user, passwordOf, '      ')),
      '    ',
    )}
    exports: ${list(exportsOf(isolatedAccess), '    ')}
    imports: ${list(servedBy(isolated), '    ')}
  }
${isolated.map((user) => ownAccount(user, isolated, passwordOf)).join('')}}
`;
};

/**
 * The same for a region's leaf server: it knows the users of its gateways, each in its own account, and nothing of the
 * hub's. What the accounts import is said at the hub.
 *
 * @param users isolated ones only
 */
export const leafAccounts = (users: readonly MeshUser[], passwordOf: PasswordOf): string =>
  `accounts {
${users
  .map(
    (user) => `  ${quoted(user.name)} {
    users: [ ${userConfig(user, passwordOf, '    ')} ]
  }
`,
  )
  .join('')}}
`;
