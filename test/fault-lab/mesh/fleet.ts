import type { HammerAgent } from '../hammer/hammer-messages.js';
import { waitFor } from '../time.js';
import { call, type Reply } from './client.js';
import type { LabMesh } from './lab-mesh.js';

/** Something that an operator stops, and whom it covers. */
export interface Target {
  readonly selector: object;
  readonly says: string;
  readonly literal: boolean;
  readonly agents: readonly string[];
}

/** The agents of a mesh: some that operators stop, by address, by tag and by namespace, and some that nobody does. */
export interface Fleet {
  readonly agents: readonly HammerAgent[];
  readonly targets: readonly Target[];
  readonly bystanders: readonly string[];
  /** Of another person than the first, who may do as much. */
  readonly secondAdminKey: string;
}

const ORG = 'acme';
const WORKSPACE = 'production';
const BACK_OFFICE = 'back-office';

interface Post {
  readonly name: string;
  readonly workspace: string;
  readonly tag?: string;
}

const posts: readonly Post[] = [
  ...['rogue-1', 'rogue-2', 'rogue-3'].map((name) => ({ name, workspace: WORKSPACE })),
  ...['bulk-1', 'bulk-2'].map((name) => ({ name, workspace: WORKSPACE, tag: 'bulk' })),
  ...['clerk-1', 'clerk-2'].map((name) => ({ name, workspace: BACK_OFFICE })),
  ...['calm-1', 'calm-2', 'calm-3'].map((name) => ({ name, workspace: WORKSPACE })),
];

export const addressOf = ({ name, workspace }: { name: string; workspace: string }): string =>
  `agent://${ORG}/${workspace}/${name}`;

const targets: readonly Target[] = [
  ...posts
    .filter(({ name }) => name.startsWith('rogue'))
    .map((post) => ({
      selector: { agent: addressOf(post) },
      says: post.name,
      literal: true,
      agents: [post.name],
    })),
  { selector: { tag: 'bulk' }, says: 'tag bulk', literal: false, agents: ['bulk-1', 'bulk-2'] },
  {
    selector: { namespace: `${ORG}/${BACK_OFFICE}` },
    says: `namespace ${BACK_OFFICE}`,
    literal: false,
    agents: ['clerk-1', 'clerk-2'],
  },
];

const wanted = async (what: string, ask: () => Promise<Reply>): Promise<Reply['body']> => {
  let reply: Reply | undefined;
  const done = async (): Promise<boolean> => (reply = await ask()).status === 200;
  await waitFor(done, { what, withinMs: 15_000, everyMs: 100 }).catch((error: Error) => {
    throw new Error(
      `${error.message}; it answered ${reply?.status} ${JSON.stringify(reply?.body)}`,
    );
  });
  return reply?.body ?? {};
};

const engage = async (mesh: LabMesh, post: Post): Promise<HammerAgent> => {
  const { url } = mesh.nodes[0] as { url: string };
  const key = mesh.credentials.admin_key;
  const admin = (what: string, route: string, body: unknown): Promise<Reply['body']> =>
    wanted(what, () => call(url, route, { key, body }));
  const { name, workspace, tag } = post;
  const made = await admin(`${name} is registered`, 'POST /v1/service-accounts', {
    org_id: ORG,
    workspace_id: workspace,
    name,
  });
  const account = made.service_account as { service_account_id: string };
  const address = addressOf(post);
  if (tag !== undefined) {
    const path = `/v1/mesh/agents/${encodeURIComponent(address)}`;
    await admin(`${name} is tagged`, `PATCH ${path}`, { tags: [tag] });
  }
  const path = `/v1/service-accounts/${account.service_account_id}/keys`;
  const issued = await admin(`${name} has a key`, `POST ${path}`, {});
  return { name, address, apiKey: (issued.key as { token: string }).token };
};

/** Registers everybody. */
export const raiseFleet = async (mesh: LabMesh): Promise<Fleet> => {
  const { url } = mesh.nodes[0] as { url: string };
  await wanted('the second workspace is there', () =>
    call(url, `POST /v1/organizations/${ORG}/workspaces`, {
      key: mesh.credentials.admin_key,
      body: { name: BACK_OFFICE },
    }),
  );
  const second = await wanted('a second admin has a key', () =>
    call(url, 'POST /v1/keys', {
      key: mesh.credentials.admin_key,
      body: { org_id: ORG, name: 'second admin', roles: ['admin'], mesh_wide: true },
    }),
  );
  const secondAdminKey = (second.key as { token: string }).token;
  const agents: HammerAgent[] = [];
  for (const post of posts) agents.push(await engage(mesh, post));
  const bystanders = posts.map(({ name }) => name).filter((name) => name.startsWith('calm'));
  return { agents, targets, bystanders, secondAdminKey };
};
