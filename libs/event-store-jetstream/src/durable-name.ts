import { type AddressParts, workToken } from '#contracts';

/**
 * The durable consumer's name for the work of one agent (`org~workspace~name`) or queue (`org~workspace~~name`). No name
 * part can hold a `~`, so two destinations never share a queue, and a consumer's name may hold nothing that is here not
 * allowed.
 */
export const durableName = (to: AddressParts): string =>
  [to.org, to.workspace, workToken(to)].join('~');
