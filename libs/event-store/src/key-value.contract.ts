import type { KeyValue } from './key-value.port.js';

/** What every {@link KeyValue} promises, on an empty bucket. Run by the in-memory one and by JetStream. */
export const keyValueContract = (fresh: () => Promise<KeyValue>): void => {
  let bucket: KeyValue;
  beforeEach(async () => {
    bucket = await fresh();
  });

  it('has nothing under a key that nobody wrote', async () => {
    expect(await bucket.get('none')).toBeNull();
  });

  it('creates a key once', async () => {
    const created = await bucket.create('key', 'one');
    expect(await bucket.create('key', 'two')).toBeNull();
    expect(await bucket.get('key')).toEqual({ value: 'one', revision: created?.revision });
  });

  it('lets exactly one of many concurrent creators win', async () => {
    const tries = Array.from({ length: 20 }, (_, n) => bucket.create('key', `${n}`));
    const won = (await Promise.all(tries)).filter((outcome) => outcome !== null);
    expect(won).toHaveLength(1);
  });

  it('updates only what is at the revision that was seen', async () => {
    const { revision } = (await bucket.create('key', 'one')) ?? fail();
    const updated = (await bucket.update('key', 'two', revision)) ?? fail();
    expect(updated.revision).toBeGreaterThan(revision);
    expect(await bucket.update('key', 'three', revision)).toBeNull();
    expect(await bucket.get('key')).toEqual({ value: 'two', revision: updated.revision });
  });

  it('keeps any text', async () => {
    await bucket.create('key', '{"text":"ümläut \u{1F6D1}\\n"}');
    expect((await bucket.get('key'))?.value).toBe('{"text":"ümläut \u{1F6D1}\\n"}');
  });

  it('keeps keys apart', async () => {
    await bucket.create('a.b', '1');
    await bucket.create('a', '2');
    expect((await bucket.get('a.b'))?.value).toBe('1');
    expect((await bucket.get('a'))?.value).toBe('2');
  });
};

const fail = (): never => {
  throw new Error('the bucket refused what it must take');
};
