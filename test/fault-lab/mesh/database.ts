import pg from 'pg';
import { startPostgres, type RunningServer } from '#embedded';
import { waitFor } from '../time.js';

export const DATABASE = 'estop';

/** The Postgres of a mesh, which can crash and come back on the same port with everything in it. */
export class LabDatabase {
  private server: RunningServer | null = null;

  constructor(
    private readonly dir: string,
    private readonly port: number,
  ) {}

  async start(): Promise<void> {
    this.server = await startPostgres({ dir: this.dir, port: this.port });
  }

  async create(): Promise<void> {
    const url = `postgres://postgres@127.0.0.1:${this.port}/postgres`;
    await waitFor(() => this.createBy(url), {
      what: 'Postgres makes a database',
      withinMs: 10_000,
    });
  }

  async crash(): Promise<void> {
    await this.server?.crash();
  }

  async stop(): Promise<void> {
    await this.server?.stop();
  }

  private async createBy(connectionString: string): Promise<boolean> {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      await client.query(`create database ${DATABASE}`);
    } finally {
      await client.end();
    }
    return true;
  }
}
