import './sources.mjs';

/** Opens the door at which suites ask for servers; the servers themselves start when the first one asks. */
export default async function globalSetup() {
  const { startTestServers } = await import('../src/servers/test-servers.ts');
  const servers = await startTestServers();
  process.env.JEST_ESTOP_SERVERS = servers.url;
  process.env.JEST_ESTOP_DIRECTORY = servers.directory;
  globalThis.estopTestServers = servers;
}
