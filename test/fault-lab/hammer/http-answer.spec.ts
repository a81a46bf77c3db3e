import { wholeAnswer } from './http-answer.js';

const head = (...lines: string[]): string => ['HTTP/1.1 403 Forbidden', ...lines].join('\r\n');

it('waits until the head and as much body as it says are there', () => {
  const text = `${head('Content-Length: 5')}\r\n\r\nhello`;
  for (const at of [0, 10, text.indexOf('hello'), text.length - 1])
    expect(wholeAnswer(text.slice(0, at))).toBeNull();
  expect(wholeAnswer(text)).toEqual({ status: 403, text: 'hello', keeps: true });
});

it('puts the pieces of a chunked body together', () => {
  const start = `${head('transfer-encoding: chunked')}\r\n\r\n3\r\nabc\r\n`;
  expect(wholeAnswer(`${start}2\r\nd`)).toBeNull();
  expect(wholeAnswer(`${start}2\r\nde\r\n0\r\n\r\n`)?.text).toBe('abcde');
});

it('tells that a connection is used up, and takes an answer without a body', () =>
  expect(wholeAnswer(`${head('connection: close')}\r\n\r\n`)).toEqual({
    ...{ status: 403, text: '', keeps: false },
  }));
