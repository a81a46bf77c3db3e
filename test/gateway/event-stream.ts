export interface Frame {
  readonly event: string;
  readonly id: string | null;
  readonly data: Record<string, unknown>;
}

/** An open event stream as a client sees it. */
export class EventStream {
  readonly frames: Frame[] = [];
  ended = false;
  comments = '';
  private constructor(
    readonly status: number,
    private readonly giveUp: AbortController,
  ) {}

  static async open(url: string, key: string): Promise<EventStream> {
    const giveUp = new AbortController();
    const response = await fetch(url, { headers: { 'x-api-key': key }, signal: giveUp.signal });
    const stream = new EventStream(response.status, giveUp);
    void stream.read(response);
    return stream;
  }

  events(name: string): Frame[] {
    return this.frames.filter(({ event }) => event === name);
  }

  close(): void {
    this.giveUp.abort();
  }

  private async read(response: Response): Promise<void> {
    let rest = '';
    const decoder = new TextDecoder();
    try {
      for await (const bytes of response.body ?? []) {
        rest += decoder.decode(bytes, { stream: true });
        const blocks = rest.split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) this.take(block);
      }
    } catch {
      // Cut by either side: the test looks at `ended`.
    }
    this.ended = true;
  }

  private take(block: string): void {
    const field = (name: string): string | null =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2) ?? null;
    const event = field('event');
    if (event === null) this.comments += `${block}\n`;
    else this.frames.push({ event, id: field('id'), data: JSON.parse(field('data') ?? '{}') });
  }
}
