import type { Logger } from '#platform';

/** Work that is done again and again, never twice at once; what it throws is logged and tried again next time. */
export class Every {
  private timer: NodeJS.Timeout | null = null;
  private running = false;

  constructor(
    private readonly name: string,
    private readonly logger: Logger,
    private readonly work: () => Promise<void>,
  ) {}

  start(everyMs: number): void {
    this.timer = setInterval(() => void this.run(), everyMs);
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      await this.work();
    } catch (error) {
      this.logger.warn({ err: error }, `${this.name} failed; trying again`);
    } finally {
      this.running = false;
    }
  }
}
