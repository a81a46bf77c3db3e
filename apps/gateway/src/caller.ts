import type { Actor, Principal } from '#contracts';

/** The authenticated caller as the actor of an event: never a field of a body. */
export const actorOf = (principal: Principal): Actor =>
  principal.kind === 'sa'
    ? { kind: 'agent', id: principal.address, via: 'http' }
    : { kind: 'operator', id: principal.keyId, via: 'http' };

/** Whose intents a caller can find: its org's; everybody's for those who run the mesh. */
export const orgScope = (principal: Principal): string =>
  principal.kind === 'op' && principal.meshWide ? '*' : principal.org;
