import { type CopyEnd, CopyQuery } from './copy-query.js';

const copy = (text: string) => {
  const ends: CopyEnd[] = [];
  const sent: string[] = [];
  const query = new CopyQuery('copy t from stdin', text, (end) => ends.push(end));
  const channel = {
    sendCopyFromChunk: (chunk: Buffer) => void sent.push(chunk.toString()),
    endCopyFrom: () => void sent.push('end'),
    sendCopyFail: (reason: string) => void sent.push(reason),
  };
  return { query, ends, sent, channel };
};

describe('a COPY in the queue of the driver', () => {
  it('sends what it has in pieces once the server asks, and tells how many rows were taken', () => {
    const text = 'line\n'.repeat(20_000);
    const { query, ends, sent, channel } = copy(text);
    query.handleCopyInResponse(channel);
    query.handleCommandComplete({ text: 'COPY 20000' });
    expect(ends).toEqual([]);
    query.handleReadyForQuery();
    expect(sent.length).toBeGreaterThan(2);
    expect(sent.join('')).toBe(`${text}end`);
    expect(ends).toEqual([{ ok: true, rows: 20_000 }]);
  });

  it('has failed for good with the first error: what is said late moves nothing and breaks nothing', () => {
    const { query, ends, sent, channel } = copy('line\n');
    const late = new Error('no answer');
    query.handleError(late);
    query.handleCopyInResponse(channel);
    query.handleError(new Error('the connection ended'));
    query.handleReadyForQuery();
    expect(ends).toEqual([{ ok: false, error: late }]);
    expect(sent).toEqual(['given up by the client']);
  });
});
