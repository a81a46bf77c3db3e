/** An answer that has come whole. */
export interface WholeAnswer {
  readonly status: number;
  readonly text: string;
  /** The connection may carry another request. */
  readonly keeps: boolean;
}

const HEAD_END = '\r\n\r\n';
const STATUS_AT = 'HTTP/1.1 '.length;
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;
const CLOSES = /\r\nconnection: *close/i;

/** The pieces of a chunked body put together; `null` while the last one is not there. */
const unchunked = (text: string): string | null => {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (text.length < next) return null;
    if (size === 0) return parts.join('');
    parts.push(text.slice(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
};

/**
 * The one answer that a connection has carried so far, byte for byte as latin-1 text; `null` while it is not whole. As much
 * of HTTP/1.1 as a gateway's answers need, and nothing that costs: the hammer shares its processors with what it hits.
 */
export const wholeAnswer = (received: string): WholeAnswer | null => {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd < 0) return null;
  const head = received.slice(0, headEnd);
  const rest = received.slice(headEnd + HEAD_END.length);
  const text = bodyIn(head, rest);
  if (text === null) return null;
  const status = Number(head.slice(STATUS_AT, STATUS_AT + 3));
  return { status, text, keeps: !CLOSES.test(head) };
};

const bodyIn = (head: string, rest: string): string | null => {
  if (CHUNKED.test(head)) return unchunked(rest);
  const length = Number(LENGTH.exec(head)?.[1] ?? 0);
  return rest.length < length ? null : rest.slice(0, length);
};
