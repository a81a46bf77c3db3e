import { type Messaging, NobodyAnsweredError } from './messaging.port.js';

/** What every {@link Messaging} promises. `root` is a subject token of this test alone. */
export const messagingContract = (
  fresh: () => Promise<{ readonly messaging: Messaging; readonly root: string }>,
): void => {
  let messaging: Messaging;
  let root: string;
  beforeEach(async () => {
    ({ messaging, root } = await fresh());
  });

  /** Collects what arrives, and tells when there is enough. */
  const listen = (subject: string, count: number, queue?: string) => {
    const got: string[] = [];
    let enough = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (enough = resolve));
    const options = queue === undefined ? {} : { queue };
    const { stop } = messaging.subscribe(
      subject,
      (message) => {
        got.push(`${message.subject} ${message.text()}`);
        if (got.length === count) enough();
      },
      options,
    );
    return { got, arrived, stop };
  };

  it('brings what is published to everybody who listens, in order', async () => {
    const one = listen(`${root}.*`, 2);
    const two = listen(`${root}.a`, 2);
    await messaging.flush();
    messaging.publish(`${root}.a`, 'first');
    messaging.publish(`${root}.a`, new TextEncoder().encode('second'));
    await Promise.all([one.arrived, two.arrived]);
    expect(one.got).toEqual([`${root}.a first`, `${root}.a second`]);
    expect(two.got).toEqual(one.got);
  });

  it('brings each message to one member of a queue group', async () => {
    const one = listen(`${root}.a`, 99, 'group');
    const two = listen(`${root}.a`, 99, 'group');
    const all = listen(`${root}.a`, 10);
    await messaging.flush();
    for (let n = 0; n < 10; n += 1) messaging.publish(`${root}.a`, `${n}`);
    await all.arrived;
    await messaging.flush();
    expect(one.got.length + two.got.length).toBe(10);
  });

  it('brings nothing after the listener stopped', async () => {
    const one = listen(`${root}.a`, 1);
    const two = listen(`${root}.a`, 1);
    await messaging.flush();
    one.stop();
    messaging.publish(`${root}.a`, 'late');
    await two.arrived;
    expect(one.got).toEqual([]);
  });

  it('asks a question and brings the answer', async () => {
    messaging.subscribe(`${root}.add`, (message) => message.respond(`${message.text()}!`));
    await messaging.flush();
    const answer = await messaging.request(`${root}.add`, 'hello', 2_000);
    expect(new TextDecoder().decode(answer)).toBe('hello!');
  });

  it('says so when nobody listens, and when nobody answers in time', async () => {
    const nobody = messaging.request(`${root}.nobody`, '', 2_000);
    await expect(nobody).rejects.toBeInstanceOf(NobodyAnsweredError);
    messaging.subscribe(`${root}.silent`, () => undefined);
    await messaging.flush();
    const silent = messaging.request(`${root}.silent`, '', 20);
    await expect(silent).rejects.toBeInstanceOf(NobodyAnsweredError);
  });

  it('lets a listener answer where no answer was asked for', async () => {
    const { arrived } = listen(`${root}.a`, 1);
    messaging.subscribe(`${root}.a`, (message) => message.respond('nobody reads this'));
    await messaging.flush();
    messaging.publish(`${root}.a`, 'x');
    await arrived;
  });
};
