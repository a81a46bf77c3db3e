import { randomBytes } from 'node:crypto';
import pg from 'pg';

const TEST_SERVERS = 'JEST_ESTOP_SERVERS';

const ask = async <T>(what: string): Promise<T> => {
  const base = process.env[TEST_SERVERS];
  if (base === undefined)
    throw new Error(`${TEST_SERVERS} is not set: run the suite by jest with our configuration`);
  const response = await fetch(`${base}${what}`);
  const body = (await response.json()) as T & { error?: string };
  if (!response.ok) throw new Error(`the test run has no ${what.slice(1)}: ${body.error}`);
  return body;
};

export interface NatsAccount {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** An account of the run's nats-server for this suite alone: its streams, buckets and subjects meet no other suite's. */
export const claimNatsAccount = (): Promise<NatsAccount> => ask<NatsAccount>('/nats-account');

export interface DatabaseTemplate {
  /** `a-z 0-9 _`; suites that name the same template share the work of preparing it. */
  readonly name: string;
  /** Runs once a test run, on an empty database; must close its connections. */
  prepare(url: string): Promise<void>;
}

const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const databaseUrl = (server: string, name: string): string => {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
};

const exists = async (client: pg.Client, name: string): Promise<boolean> =>
  (await client.query('select 1 from pg_database where datname = $1', [name])).rowCount === 1;

/** Prepared under another name first, so that a preparation that failed is not taken for a whole one. */
const makeTemplate = async (
  client: pg.Client,
  server: string,
  template: DatabaseTemplate,
): Promise<string> => {
  const name = `template_${template.name}`;
  if (await exists(client, name)) return name;
  await client.query(`drop database if exists making_${template.name} with (force)`);
  await client.query(`create database making_${template.name}`);
  await template.prepare(databaseUrl(server, `making_${template.name}`));
  await client.query(`alter database making_${template.name} rename to ${name}`);
  return name;
};

/** A database of the run's Postgres for this suite alone: empty, or a copy of a template that is prepared once a run. */
export const claimDatabase = async (
  template?: DatabaseTemplate,
): Promise<{ readonly url: string }> => {
  if (template !== undefined && !/^[a-z0-9_]{1,40}$/.test(template.name)) {
    throw new Error('a template\'s name is 1-40 characters of a-z, 0-9 and "_"');
  }
  const server = (await ask<{ url: string }>('/postgres')).url;
  const name = `suite_${randomBytes(8).toString('hex')}`;
  await withClient(server, async (client) => {
    // One at a time: a copy needs its template to have no other visitor.
    await client.query("select pg_advisory_lock(hashtext('estop tests'))");
    const from =
      template === undefined ? 'template1' : await makeTemplate(client, server, template);
    await client.query(`create database ${name} template ${from}`);
  });
  return { url: databaseUrl(server, name) };
};
