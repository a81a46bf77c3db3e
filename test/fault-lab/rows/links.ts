import type { Stage } from '../episode/stage.js';

export const gatewaysIn = (stage: Stage, region: string): string[] =>
  stage.mesh.layout.gateways.filter((it) => it.region === region).map(({ name }) => name);

/** The links of some services to the nats-servers. */
export const linksOf = (stage: Stage, services: readonly string[]): string[] =>
  stage.mesh.proxies.matching(new RegExp(`^(${services.join('|')})>nats-`));
