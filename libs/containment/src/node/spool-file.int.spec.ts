import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '#platform';
import { exampleOrder } from '../example/example-orders.js';
import { SpoolFile } from './spool-file.js';

const logger = createLogger({ service: 'spool', level: 'silent' });

describe('the spool file', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'estop-spool-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const reopened = async () => {
    const spool = await SpoolFile.open(directory, logger);
    await spool.close();
    return spool.kept;
  };

  it('has an order on the disk when it says so', async () => {
    const spool = await SpoolFile.open(directory, logger);
    const orders = ['a', 'b', 'c'].map(exampleOrder);
    await Promise.all(orders.map((order) => spool.add(order)));
    // No close: the process is killed here.
    expect((await reopened()).orders).toEqual(orders);
    await spool.close();
  });

  it('forgets what the log has, and remembers which log that is', async () => {
    const spool = await SpoolFile.open(directory, logger);
    const [a, b] = [exampleOrder('a'), exampleOrder('b')];
    spool.remember('i'.repeat(32));
    await Promise.all([spool.add(a), spool.add(b)]);
    spool.remove(a.order.orderId);
    await spool.close();
    expect(await reopened()).toEqual({ incarnation: 'i'.repeat(32), orders: [b] });
  });

  it('opens over a torn end', async () => {
    const spool = await SpoolFile.open(directory, logger);
    await spool.add(exampleOrder('a'));
    await spool.close();
    appendFileSync(join(directory, 'spool.log'), '0123456789abcdef {"add":"{');
    expect((await reopened()).orders).toHaveLength(1);
  });

  it('refuses to open over damage in the middle, and names the file and the cure', async () => {
    const spool = await SpoolFile.open(directory, logger);
    await spool.add(exampleOrder('a'));
    await spool.add(exampleOrder('b'));
    await spool.close();
    const file = join(directory, 'spool.log');
    writeFileSync(file, readFileSync(file, 'utf8').replace('halt', 'hold'));
    await expect(SpoolFile.open(directory, logger)).rejects.toThrow(/spool\.log.*move the whole/);
  });
});
