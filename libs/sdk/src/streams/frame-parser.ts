/** One frame of a server-sent event stream. */
export interface Frame {
  /** The `event:` line, or `message`. */
  readonly event: string;
  /** The `data:` lines, joined by a line feed. */
  readonly data: string;
  /** The newest `id:` seen so far, or `null`. */
  readonly id: string | null;
}

/** A frame larger than this is not ours: it is refused rather than kept in memory. */
export const FRAME_CHARACTERS_MAX = 4 * 1024 * 1024;

/**
 * Cuts a stream of text into frames, by the grammar of the HTML standard ("Server-sent events", parsing an event
 * stream): lines end with LF, CR or CRLF, wherever the network cut the text; a frame counts once its blank line has
 * come; what is left at the end counts for nothing.
 */
export class FrameParser {
  private rest = '';
  private atStart = true;
  private event = '';
  private data: string[] = [];
  private size = 0;
  private id: string | null = null;

  /** @throws Error when one frame is larger than {@link FRAME_CHARACTERS_MAX}. */
  push(chunk: string): Frame[] {
    let text = this.rest + chunk;
    if (this.atStart && text !== '') {
      text = text.replace(/^\uFEFF/, '');
      this.atStart = false;
    }
    const frames: Frame[] = [];
    let from = 0;
    for (let end = endOfLine(text, from); end !== null; end = endOfLine(text, from)) {
      const frame = this.line(text.slice(from, end.at));
      if (frame) frames.push(frame);
      from = end.next;
    }
    this.rest = text.slice(from);
    this.refuseTooLarge(this.rest.length);
    return frames;
  }

  private line(line: string): Frame | null {
    if (line === '') return this.frame();
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    this.field(field, colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, ''));
    return null;
  }

  private field(name: string, value: string): void {
    if (name === 'event') this.event = value;
    if (name === 'id' && !value.includes('\0')) this.id = value;
    if (name !== 'data') return;
    this.data.push(value);
    this.size += value.length;
    this.refuseTooLarge(0);
  }

  private frame(): Frame | null {
    const { data, event } = this;
    this.data = [];
    this.event = '';
    this.size = 0;
    if (data.length === 0) return null;
    return { event: event === '' ? 'message' : event, data: data.join('\n'), id: this.id };
  }

  private refuseTooLarge(pending: number): void {
    if (this.size + pending > FRAME_CHARACTERS_MAX)
      throw new Error(`an event of more than ${FRAME_CHARACTERS_MAX} characters was refused`);
  }
}

/** A CR at the very end may be the first half of a CRLF, so it waits for what follows. */
const endOfLine = (text: string, from: number): { at: number; next: number } | null => {
  const lf = text.indexOf('\n', from);
  const cr = text.indexOf('\r', from);
  if (cr >= 0 && (lf < 0 || cr < lf)) {
    if (cr === text.length - 1) return null;
    return { at: cr, next: lf === cr + 1 ? cr + 2 : cr + 1 };
  }
  return lf < 0 ? null : { at: lf, next: lf + 1 };
};
