import { type Address, type OrgName, partsOf } from '#contracts';
import { type Heartbeats, isCliff, type Silence } from './heartbeats.js';

/** Whether an org's fleet fell silent together, found out once for each limit. */
export class Cliffs {
  readonly #known = new Map<string, Silence | null>();

  constructor(
    private readonly beats: Heartbeats,
    private readonly view: { isHeld(address: Address): boolean },
    readonly nowMs: number,
  ) {}

  isHeld(address: Address): boolean {
    return this.view.isHeld(address);
  }

  /** `null`: no cliff. */
  at(address: Address, limitMs: number): Silence | null {
    const org: OrgName = partsOf(address).org;
    const key = `${org} ${limitMs}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const isHeld = (other: Address) => this.view.isHeld(other);
    const silence = this.beats.silence(org, limitMs, this.nowMs, isHeld);
    const found = isCliff(silence) ? silence : null;
    this.#known.set(key, found);
    return found;
  }
}
