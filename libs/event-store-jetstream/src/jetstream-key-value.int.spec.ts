import { claimNatsAccount } from '#testing';
import { keyValueContract } from '../../event-store/src/key-value.contract.js';
import { connectNats, type Nats } from './connect.js';

describe('JetStreamKeyValue', () => {
  let nats: Nats;
  let made = 0;
  beforeAll(async () => {
    const { url, user, password } = await claimNatsAccount();
    nats = await connectNats({ servers: url, user, password, name: 'contract' });
  });
  afterAll(() => nats?.close());

  keyValueContract(async () => {
    const bucket = `BUCKET${++made}`;
    await nats.link.api(`STREAM.CREATE.KV_${bucket}`, {
      name: `KV_${bucket}`,
      subjects: [`$KV.${bucket}.>`],
      max_msgs_per_subject: 1,
    });
    return nats.keyValue(bucket);
  });

  it.each(['', 'with space', 'a..b', '.a', 'star.*', 'ümlaut'])(
    'refuses the key "%s", which no bucket can hold',
    async (key) => {
      await expect(nats.keyValue('BUCKET1').get(key)).rejects.toThrow(TypeError);
    },
  );

  it('says so when the bucket is not there', async () => {
    await expect(nats.keyValue('NONE').get('key')).rejects.toMatchObject({ code: 'LOG_REFUSED' });
  });
});
