export default async function globalTeardown() {
  await globalThis.estopTestServers?.stop();
}
