import { FRAME_CHARACTERS_MAX, FrameParser } from './frame-parser.js';

const framesOf = (...chunks: string[]) => {
  const parser = new FrameParser();
  return chunks.flatMap((chunk) => parser.push(chunk));
};

const stop = { event: 'agent.killed', data: '{"a":1}', id: '7' };
const wire = 'id: 7\nevent: agent.killed\ndata: {"a":1}\n\n';

describe('FrameParser', () => {
  it('reads event, data and id', () => expect(framesOf(wire)).toEqual([stop]));

  it('reads the same whatever the line end', () => {
    for (const end of ['\n', '\r\n', '\r'])
      expect(framesOf(wire.replaceAll('\n', end) + ': end')).toEqual([stop]);
  });

  it('reads the same wherever the network cuts the text', () => {
    for (const text of [wire, wire.replaceAll('\n', '\r\n')])
      for (let cut = 0; cut <= text.length; cut += 1)
        expect(framesOf(text.slice(0, cut), text.slice(cut))).toEqual([stop]);
  });

  it('takes no CRLF that is cut in two for two line ends', () =>
    expect(framesOf('data: a\r', '\ndata: b\r', '\n\r', '\n')).toEqual([
      { event: 'message', data: 'a\nb', id: null },
    ]));

  it('joins several data lines with a line feed', () =>
    expect(framesOf('data: a\ndata:\ndata:  b\n\n')[0]?.data).toBe('a\n\n b'));

  it('names a frame without an event "message"', () =>
    expect(framesOf('data: x\n\n')[0]?.event).toBe('message'));

  it('passes over comments, unknown fields and frames without data', () =>
    expect(framesOf(': still here\n\nretry: 5\nfoo: bar\nevent: x\n\ndata\n\n')).toEqual([
      { event: 'message', data: '', id: null },
    ]));

  it('keeps the newest id for the frames that follow', () =>
    expect(
      framesOf('id: 1\ndata: a\n\ndata: b\n\nid: 2\\0\nid: x\0y\ndata: c\n\n').map((f) => f.id),
    ).toEqual(['1', '1', '2\\0']));

  it('drops what has no blank line after it', () => expect(framesOf('data: half\n')).toEqual([]));

  it('passes over a byte order mark at the start alone', () =>
    expect(framesOf('\uFEFFdata: a\n\n')[0]?.data).toBe('a'));

  it('refuses a frame that never ends', () => {
    const parser = new FrameParser();
    expect(() => parser.push('x'.repeat(FRAME_CHARACTERS_MAX + 1))).toThrow('refused');
  });
});
