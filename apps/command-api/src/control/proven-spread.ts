import { Injectable } from '@nestjs/common';
import { partsOf, type Address, type GatewayAnswer, type Spread } from '#contracts';
import { FENCED_AFTER_MS, type GatewayMember } from '#domain';
import { EndedBoots } from '../gateways/ended-boots.js';
import { Control } from './control.js';
import { waitForGateways } from './wait-for-gateways.js';

export interface ProvenSpread extends Spread {
  /** `true`: proven, no gateway goes by what was before. */
  readonly contained: boolean;
  readonly gateways: readonly Pick<GatewayAnswer, 'gateway' | 'region' | 'state'>[];
}

const WAIT_MS = 1000;
const OWN_FOLD_MS_MAX = 5000;
/** Between the end of a lease and the last word that went out under it. */
const SLACK_MS = 50;
/** Clocks that disagree by more were stopped meanwhile: then nothing is known of how long it took. */
const SUSPENSION_MS_MAX = 20;

interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/**
 * Waits for a change of the control log like for a stop: until each gateway has applied it, or can admit nothing without
 * having read of it, since its lease is over.
 */
@Injectable()
export class ProvenSpreads {
  constructor(
    private readonly control: Control,
    private readonly ended: EndedBoots,
  ) {}

  /** @param about whose traffic must stop: where it may flow without a proof, silence proves nothing */
  async of(sequence: number, about: readonly Address[]): Promise<ProvenSpread> {
    const { log } = this.control.parts;
    await log.until(sequence, OWN_FOLD_MS_MAX);
    const readAt = this.provingSince();
    const effect = { sequence, order: null };
    const waited = await waitForGateways(this.control, {
      effect,
      timeoutMs: WAIT_MS,
      sinceMs: null,
    });
    const isOver = this.isOver(readAt);
    const members = new Map(this.control.view.gateways().map((one) => [one.gateway, one]));
    const gateways = waited.gateways.map(({ gateway, region, state }) => {
      const isFenced = state === 'missing' && isOver && this.fences(members.get(gateway), about);
      return { gateway, region, state: isFenced ? ('fenced' as const) : state };
    });
    const missing = gateways
      .filter(({ state }) => state === 'missing')
      .map(({ gateway, region }) => ({ gateway, region }));
    const { effective } = waited;
    return { effective, missing, gateways, contained: this.proves(missing, readAt, isOver) };
  }

  /** `null`: this node proves nothing by time now. */
  private provingSince(): Moment | null {
    const { node, clock } = this.control.parts;
    if (!node.isReady || !node.isMember) return null;
    return { monotonicMs: clock.monotonicMs(), wallMs: clock.nowMs() };
  }

  /** Whether every lease that was given before has run out since. */
  private isOver(since: Moment | null): boolean {
    const now = this.provingSince();
    if (since === null || now === null) return false;
    const elapsedMs = now.monotonicMs - since.monotonicMs;
    const driftMs = Math.abs(now.wallMs - since.wallMs - elapsedMs);
    return driftMs <= SUSPENSION_MS_MAX && elapsedMs >= FENCED_AFTER_MS + SLACK_MS;
  }

  private fences(member: GatewayMember | undefined, about: readonly Address[]): boolean {
    const { view, parts } = this.control;
    const known = member === undefined ? 0 : (parts.reports.lastWord(member)?.position ?? 0);
    return about.every((address) => {
      const { org, workspace } = partsOf(address);
      const record = view.workspace(org, workspace);
      return record === null || (record.onFence === 'deny' && record.onFenceChangedAt <= known);
    });
  }

  /** A boot that ended just now is no member, and may hold a lease still. */
  private proves(missing: readonly unknown[], readAt: Moment | null, isOver: boolean): boolean {
    if (missing.length > 0 || readAt === null || this.provingSince() === null) return false;
    return isOver || this.ended.ageMs > FENCED_AFTER_MS + SLACK_MS;
  }
}
