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
/** A subject of the hub as its name is in a user's own account. */
const asSeen = (subject: string, { isolated }: MeshUser): string =>
  isolated && subject.startsWith(API)
    ? `$JS.${JETSTREAM_DOMAIN}.API.${subject.slice(API.length)}`
    : subject;

const inboxOf = ({ name }: MeshUser): string => `_INBOX.${name}.>`;

const userConfig = (user: MeshUser, passwordOf: PasswordOf, indent: string): string => {
  const { says, pulls, hears, serves } = user.access;
  const inner = `${indent}    `;
  const publish = unique([...says, ...pulls]).map((subject) => quoted(asSeen(subject, user)));
  const subscribe = [inboxOf(user), ...hears, ...serves].map(quoted);
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
  return [
    ...all('says').map((it) => `{ service: ${quoted(it)}, response_threshold: "${one}" }`),
    ...all('pulls').map(
      (it) => `{ service: ${quoted(it)}, response: stream, response_threshold: "${many}" }`,
    ),
    ...all('hears').map((it) => `{ stream: ${quoted(it)} }`),
    // Deliveries of a user's own consumers; each account takes its own inbox.
    '{ stream: "_INBOX.*.>" }',
  ];
};

const importsOf = (user: MeshUser): string[] => {
  const { says, pulls, hears } = user.access;
  const from = (subject: string) => `{ account: ${HUB_ACCOUNT}, subject: ${quoted(subject)} }`;
  return [
    ...unique([...says, ...pulls]).map((subject) => {
      const seen = asSeen(subject, user);
      const to = seen === subject ? '' : `, to: ${quoted(seen)}`;
      return `{ service: ${from(subject)}${to} }`;
    }),
    ...[...hears, inboxOf(user)].map((subject) => `{ stream: ${from(subject)} }`),
  ];
};

const servedBy = (users: readonly MeshUser[]): string[] =>
  users.flatMap(({ name, access }) =>
    access.serves.map(
      (subject) => `{ service: { account: ${quoted(name)}, subject: ${quoted(subject)} } }`,
    ),
  );

const ownAccount = (user: MeshUser, passwordOf: PasswordOf): string => {
  const serves = user.access.serves.map(
    (it) => `{ service: ${quoted(it)}, response_threshold: "${ANSWERS_WITHIN.one}" }`,
  );
  return `  ${quoted(user.name)} {
    users: [ ${userConfig(user, passwordOf, '    ')} ]
    imports: ${list(importsOf(user), '    ')}
    exports: ${list(serves, '    ')}
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
${isolated.map((user) => ownAccount(user, passwordOf)).join('')}}
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
