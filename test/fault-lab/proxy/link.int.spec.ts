import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '#embedded';
import { until } from '#testing';
import { delayed, free, held, throttled, type LinkFault } from './fault.js';
import { Link } from './link.js';

/** One dialled connection through the link, and the connection that the target accepted for it. */
interface Call {
  readonly near: End;
  readonly far: End;
}

class End {
  said = '';
  readonly at: number[] = [];
  ended: 'no' | 'ended' | 'broken' = 'no';

  constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.said += chunk.toString();
      this.at.push(performance.now());
    });
    socket.on('end', () => (this.ended = 'ended'));
    socket.on('error', () => (this.ended = 'broken'));
  }

  hears(text: string): Promise<unknown> {
    return until(() => this.said === text, { what: `"${text}" (it heard "${this.said}")` });
  }
}

let target: Server;
let link: Link;
let accepted: End[] = [];
const dialled: End[] = [];

beforeEach(async () => {
  accepted = [];
  target = createServer({ allowHalfOpen: true }, (socket) => void accepted.push(new End(socket)));
  const port = await freePort();
  await new Promise<void>((resolve) => target.listen(port, '127.0.0.1', resolve));
  link = await Link.open({ name: 'a-b', port: await freePort(), target: port });
});

afterEach(async () => {
  for (const { socket } of [...dialled.splice(0), ...accepted]) socket.destroy();
  await link.close();
  await new Promise((resolve) => target.close(resolve));
});

const dial = (): End => {
  const end = new End(connect({ port: link.port, host: '127.0.0.1', allowHalfOpen: true }));
  dialled.push(end);
  return end;
};

const call = async (): Promise<Call> => {
  const before = accepted.length;
  const near = dial();
  return { near, far: (await until(() => accepted[before])) as End };
};

const fault = (terms: Partial<LinkFault>): void =>
  link.set({ out: free, back: free, refused: false, ...terms });

describe('a free link', () => {
  it('carries both ways, in order, and the half-close too', async () => {
    const { near, far } = await call();
    near.socket.write('one ');
    near.socket.end('two');
    await far.hears('one two');
    await until(() => far.ended === 'ended');
    far.socket.end('answer');
    await near.hears('answer');
  });

  it('carries more than any buffer holds, whole', async () => {
    const { near, far } = await call();
    const text = 'x'.repeat(3_000_000);
    near.socket.write(text);
    await until(() => far.said.length === text.length);
  });

  it('adds less than a millisecond to a round trip', async () => {
    const { near, far } = await call();
    far.socket.on('data', () => far.socket.write('.'));
    const took: number[] = [];
    for (let round = 0; round < 200; round += 1) {
      const sinceMs = performance.now();
      const answered = new Promise((resolve) => near.socket.once('data', resolve));
      near.socket.write('?');
      await answered;
      took.push(performance.now() - sinceMs);
    }
    const median = took.sort((a, b) => a - b)[100] as number;
    expect(median).toBeLessThan(1);
  });
});

describe('a held link', () => {
  it('lets nothing through and tells nobody, and delivers everything after the heal', async () => {
    const { near, far } = await call();
    fault({ out: held, back: held });
    near.socket.write('there');
    far.socket.write('back');
    await until(() => link.heldBytes === 9);
    expect([far.said, near.said, far.ended, near.ended]).toEqual(['', '', 'no', 'no']);
    fault({});
    await far.hears('there');
    await near.hears('back');
  });

  it('can be held one way alone', async () => {
    const { near, far } = await call();
    fault({ out: held });
    near.socket.write('lost');
    far.socket.write('arrives');
    await near.hears('arrives');
    await until(() => link.heldBytes === 4);
    expect(far.said).toBe('');
  });

  it('hides the end of a connection from the other side until the heal', async () => {
    const { near, far } = await call();
    fault({ out: held });
    near.socket.destroy();
    await until(() => link.heldEnds === 1);
    expect(far.ended).toBe('no');
    fault({});
    await until(() => far.ended !== 'no');
  });

  it('keeps a new caller waiting, who is served after the heal', async () => {
    fault({ back: held });
    const near = dial();
    near.socket.write('hello');
    await until(() => link.waiting === 1);
    expect(accepted).toHaveLength(0);
    fault({});
    const far = (await until(() => accepted[0])) as End;
    await far.hears('hello');
  });

  it('lets a sender feel the pressure when it sends on and on', async () => {
    const { near } = await call();
    fault({ out: held });
    const chunk = 'x'.repeat(1_000_000);
    for (let sent = 0; sent < 40; sent += 1) near.socket.write(chunk);
    await until(() => link.heldBytes > 100_000);
    expect(near.socket.writableLength).toBeGreaterThan(1_000_000);
    expect(link.heldBytes).toBeLessThan(2_000_000);
  });
});

describe('a slow link', () => {
  it('delays each way by so much, and keeps the order', async () => {
    const { near, far } = await call();
    fault({ out: delayed(60) });
    const sinceMs = performance.now();
    near.socket.write('one');
    await until(() => far.said !== '');
    expect((far.at[0] as number) - sinceMs).toBeGreaterThanOrEqual(59);
    near.socket.write(' two');
    near.socket.write(' three');
    await far.hears('one two three');
  });

  it('delivers at once what it delayed when it is free again', async () => {
    const { near, far } = await call();
    fault({ out: delayed(60_000) });
    near.socket.write('late');
    await until(() => link.heldBytes === 4);
    fault({});
    await far.hears('late');
  });

  it('carries so many bytes a second and no more', async () => {
    const { near, far } = await call();
    fault({ out: throttled(20_000) });
    const sinceMs = performance.now();
    near.socket.write('x'.repeat(4_000));
    await until(() => far.said.length === 4_000);
    expect((far.at.at(-1) as number) - sinceMs).toBeGreaterThanOrEqual(195);
  });
});

describe('a refused link', () => {
  it('breaks what is open and every new call, until it is healed', async () => {
    const { near, far } = await call();
    fault({ refused: true });
    await until(() => near.ended === 'broken' && far.ended !== 'no');
    const other = dial();
    await until(() => other.ended !== 'no');
    expect(accepted).toHaveLength(1);
    fault({});
    expect(await call()).toBeDefined();
  });

  it('is not refused by a reset, which breaks what is open alone', async () => {
    const { near } = await call();
    link.reset();
    await until(() => near.ended === 'broken');
    const { near: second, far } = await call();
    second.socket.write('on');
    await far.hears('on');
  });
});

it('breaks a call that nobody answers at the target', async () => {
  await new Promise((resolve) => target.close(resolve));
  const near = dial();
  await until(() => near.ended !== 'no');
});
