import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { ChallengeAnswer, challengeGateways } from '#contracts';
import { parseSignature, testedText, type Tested } from '#containment';
import type { GatewayMember } from '#domain';
import { toTimestamp } from '#platform';
import { Control } from '../control/control.js';

export type Challenged = z.infer<typeof challengeGateways.response>;

/** Asks every gateway to prove, over the push route, that it can still halt. */
@Injectable()
export class Challenges {
  constructor(private readonly control: Control) {}

  async run({
    nonce,
    timeout_ms: timeoutMs,
  }: z.infer<typeof challengeGateways.body>): Promise<Challenged> {
    await this.control.catchUp();
    const { node, clock } = this.control.parts;
    const askedAtMs = clock.nowMs();
    const members = this.control.view.gateways();
    const names = members.map(({ gateway }) => gateway);
    const asked = { nonce, selector: null, gateways: names, timeoutMs };
    const { answers, refused } = await node.test(asked);
    const gateways = members.map((member) => {
      const tested = answers.get(member.gateway);
      if (tested !== undefined) return this.proven(member, tested);
      return refused.has(member.gateway)
        ? unproven(member, 'refused', REFUSED)
        : unproven(member, 'missing', missing(timeoutMs));
    });
    const proven = gateways.filter(({ state }) => state === 'proven').length;
    const asked_at = toTimestamp(askedAtMs);
    return { ok: true, nonce, asked_at, proven, of: gateways.length, gateways };
  }

  private proven(member: GatewayMember, tested: Tested): ChallengeAnswer {
    const { signature, tookMs, nonce, boot, position } = tested;
    const key_id = parseSignature(signature)?.keyId ?? null;
    // A key that was replaced just now is in the ring still, and in the fold no more.
    const isCurrent = key_id === member.keyId;
    return {
      gateway: member.gateway,
      region: member.region,
      boot,
      state: 'proven',
      problem: null,
      nonce,
      statement: testedText(tested),
      signature,
      key_id,
      public_key: isCurrent ? member.publicKey : null,
      position,
      took_ms: Math.round(tookMs * 10) / 10,
    };
  }
}

const REFUSED =
  'What came in its name is not signed with its key, or answers another nonce: treat it as not under control, and look at who holds its credential.';

const missing = (timeoutMs: number): string =>
  `No word within ${timeoutMs} ms: see that its process runs and reaches NATS. A stop contains it by its lease alone.`;

const unproven = (
  { gateway, region, boot }: GatewayMember,
  state: 'missing' | 'refused',
  problem: string,
): ChallengeAnswer => ({
  ...{ gateway, region, boot, state, problem },
  nonce: null,
  statement: null,
  signature: null,
  key_id: null,
  public_key: null,
  position: null,
  took_ms: null,
});
