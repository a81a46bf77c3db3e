/** A message as it came: `status` is the number of a header-only answer (503: nobody listens), else `null`. */
export interface RawMessage {
  readonly subject: string;
  readonly sid: string;
  readonly reply: string | null;
  readonly status: number | null;
  readonly data: Buffer;
}

export type NatsFrame =
  | { readonly kind: 'message'; readonly message: RawMessage }
  | { readonly kind: 'line'; readonly line: string };

const CRLF = '\r\n';

interface Pending {
  readonly subject: string;
  readonly sid: string;
  readonly reply: string | null;
  readonly headerBytes: number;
  readonly totalBytes: number;
}

/** `MSG subject sid [reply] bytes` or `HMSG subject sid [reply] header-bytes bytes`. */
const pendingOf = (line: string): Pending | null => {
  const [verb, ...words] = line.trim().split(/\s+/);
  if (verb !== 'MSG' && verb !== 'HMSG') return null;
  const numbers = verb === 'HMSG' ? 2 : 1;
  const sizes = words.splice(-numbers).map(Number);
  const [subject = '', sid = '', reply = null] = words;
  return {
    subject,
    sid,
    reply,
    headerBytes: numbers === 2 ? (sizes[0] as number) : 0,
    totalBytes: sizes.at(-1) as number,
  };
};

const statusOf = (header: string): number | null => {
  const status = /^NATS\/1\.0 (\d{3})/.exec(header)?.[1];
  return status === undefined ? null : Number(status);
};

/** Cuts the bytes of a NATS connection into lines and messages, however they were split on the way. */
export class NatsParser {
  #rest: Buffer = Buffer.alloc(0);
  #pending: Pending | null = null;

  feed(chunk: Buffer): NatsFrame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: NatsFrame[] = [];
    for (let frame = this.#next(); frame !== null; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): NatsFrame | null {
    if (this.#pending !== null) return this.#message(this.#pending);
    const end = this.#rest.indexOf(CRLF);
    if (end < 0) return null;
    const line = this.#take(end + CRLF.length).toString('utf8', 0, end);
    this.#pending = pendingOf(line);
    return this.#pending === null ? { kind: 'line', line } : this.#message(this.#pending);
  }

  #message(pending: Pending): NatsFrame | null {
    const { subject, sid, reply, headerBytes, totalBytes } = pending;
    if (this.#rest.length < totalBytes + CRLF.length) return null;
    const body = this.#take(totalBytes + CRLF.length).subarray(0, totalBytes);
    this.#pending = null;
    const status = statusOf(body.toString('utf8', 0, headerBytes));
    const data = body.subarray(headerBytes);
    return { kind: 'message', message: { subject, sid, reply, status, data } };
  }

  #take(bytes: number): Buffer {
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return taken;
  }
}
