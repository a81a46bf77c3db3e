const STATUS_AT = 'HTTP/1.1 '.length;
const STATUS_LENGTH = 3;
const HEAD_END = '\r\n\r\n';

/** Finds where answers end on one connection. It knows no more of HTTP than the mesh's own answers need. */
export class AnswerReader {
  #waiting = '';

  /** The status of an answer that is whole now; `null`: not yet. */
  feed(part: string): string | null {
    this.#waiting += part;
    const headEnd = this.#waiting.indexOf(HEAD_END);
    if (headEnd < 0) return null;
    const head = this.#waiting.slice(0, headEnd + 2);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? '0';
    const whole = headEnd + HEAD_END.length + Number(length);
    if (this.#waiting.length < whole) return null;
    const status = this.#waiting.slice(STATUS_AT, STATUS_AT + STATUS_LENGTH);
    this.#waiting = this.#waiting.slice(whole);
    return status;
  }
}
