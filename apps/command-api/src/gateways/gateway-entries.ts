import type { GatewayEntry } from '#contracts';
import type { GatewayMember } from '#domain';
import type { Control } from '../control/control.js';
import type { GatewayWord } from './gateway-reports.js';

const SILENT_MS = 3000;

/** The gateways that are members, as their own words describe them. */
export const gatewayEntries = ({ view, parts: { reports } }: Control): GatewayEntry[] =>
  view.gateways().map((member) => entryOf(member, reports.lastWord(member), view.position));

const entryOf = (
  member: GatewayMember,
  word: GatewayWord | null,
  position: number,
): GatewayEntry => ({
  gateway: member.gateway,
  region: member.region,
  boot: member.boot,
  url: member.url,
  joined_at: member.joinedAt,
  state: stateOf(word),
  modes: [...member.modes],
  key_id: member.keyId,
  behind: word && Math.max(0, position - word.position),
  ...ownWords(word),
});

const UNHEARD = {
  phase: null,
  fenced: null,
  lease_age_ms: null,
  position: null,
  silent_for_ms: null,
};

const ownWords = (word: GatewayWord | null) =>
  word === null
    ? UNHEARD
    : {
        phase: word.report.phase ?? null,
        fenced: word.report.fenced ?? null,
        lease_age_ms: word.report.leaseAgeMs ?? null,
        position: word.position,
        silent_for_ms: word.silentForMs,
      };

const stateOf = (word: GatewayWord | null): GatewayEntry['state'] => {
  if (word === null || word.silentForMs > SILENT_MS) return 'silent';
  return word.report.fenced === true ? 'fenced' : 'serving';
};
