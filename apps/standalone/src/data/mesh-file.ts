import { writeWhole } from '#platform';
import type { Readiness } from '../announce.js';

/** The ready line, with addresses that only a scraper of metrics asks for: added as those services become ready. */
export class MeshFile {
  private written: Promise<void> = Promise.resolve();
  private readonly addresses: Record<string, string | null> = {};

  constructor(
    private readonly path: string,
    private readonly readiness: Readiness,
  ) {}

  /** On the disk when this resolves; one after the other. */
  add(place: string, url: string | null): Promise<void> {
    this.addresses[place] = url;
    const mesh = { ...this.readiness, ...this.addresses };
    const write = () => writeWhole(this.path, `${JSON.stringify(mesh)}\n`);
    this.written = this.written.then(write, write);
    return this.written;
  }
}
