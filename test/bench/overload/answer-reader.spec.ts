import { AnswerReader } from './answer-reader.js';

const answer = (status: number, body: string): string =>
  `HTTP/1.1 ${status} Whatever\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe('The answers on one connection', () => {
  it('are whole when their body is, however they come in', () => {
    const reader = new AnswerReader();
    const text = answer(200, '{"ok":true}');
    expect(reader.feed(text.slice(0, 20))).toBeNull();
    expect(reader.feed(text.slice(20, -1))).toBeNull();
    expect(reader.feed(text.slice(-1))).toBe('200');
  });
  it('follow one another', () => {
    const reader = new AnswerReader();
    expect(reader.feed(answer(429, 'busy'))).toBe('429');
    expect(reader.feed(answer(200, ''))).toBe('200');
  });
  it('may have no body at all', () =>
    expect(new AnswerReader().feed('HTTP/1.1 404 Not Found\r\n\r\n')).toBe('404'));
});
