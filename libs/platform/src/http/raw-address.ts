const AGENTS = '/v1/mesh/agents/';
const RAW =
  /^agent:\/\/([^/?]+(?:\/[^/?]+){1,2}?)(\/(?:kill|pause|quarantine|drain|resume|revoke|why|usage))?(\?.*)?$/;

/**
 * AXME's clients put an address into the path as it is: `/v1/mesh/agents/agent://org/workspace/name/kill`. Its slashes
 * would be taken for the path's own, so it is encoded here, before any route is looked for. Everything else passes
 * unchanged. An agent in the short form that is called like an act (`agent://org/kill`) is reached by its full address.
 */
export const encodeRawAddress = (url: string): string => {
  if (!url.startsWith(AGENTS)) return url;
  const [, place, act = '', query = ''] = RAW.exec(url.slice(AGENTS.length)) ?? [];
  return place === undefined
    ? url
    : `${AGENTS}${encodeURIComponent(`agent://${place}`)}${act}${query}`;
};
