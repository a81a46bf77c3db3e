import { LOG_SUBJECT, streams, type ControlEvent, type ControlFact } from '#contracts';
import { connectNats, provisionStreams, type Nats } from '#event-store-jetstream';
import { record, systemClock, systemIds } from '#platform';
import { claimNatsAccount, until } from '#testing';
import { ExampleShells } from './example/example-shells.js';
import type { SigningKey } from './keys/signing-key.js';
import { signedEvent } from './wire/authentic.js';
import { echoText } from './wire/log-entries.js';

const ACTOR = { kind: 'system', id: 'test', via: 'test' } as const;
const ABOUT = { actor: ACTOR, org: null, workspace: null, correlationId: 'c' };
const OLD = 'a'.repeat(32);
const NEW = 'b'.repeat(32);

/** More than the new log comes to hold while this is tried: by its own place in it no gateway notices anything. */
const ECHOES = 2_000;

describe('a control log that was made anew, and two operators say that it goes on for the old one', () => {
  let nats: Nats;
  let shells: ExampleShells;

  const append = async (fact: ControlFact, key?: SigningKey): Promise<ControlEvent> => {
    const event = record(fact, ABOUT, systemClock, systemIds) as ControlEvent;
    const text = JSON.stringify(key === undefined ? event : signedEvent(event, 'n1-1', key));
    const request = { subject: LOG_SUBJECT, text, messageId: null };
    const log = nats.rawLog(streams.control.name);
    await log.append({ ...request, expectLastSubjectSequence: null });
    return event;
  };
  const grow = async (): Promise<void> => {
    const text = echoText({ kind: 'echo', node: 'n9', process: 'p', count: 1 });
    const echo = { subject: 'echo.n9', text, messageId: null, expectLastSubjectSequence: null };
    const log = nats.rawLog(streams.control.name);
    for (let count = 0; count < ECHOES; count += 100)
      await Promise.all(Array.from({ length: 100 }, () => log.append(echo)));
  };

  beforeEach(async () => {
    const { url, user, password } = await claimNatsAccount();
    nats = await connectNats({ servers: url, user, password, name: 'restored' });
    await provisionStreams(nats, { replicas: 1 });
    await append({ type: 'LogStarted', data: { incarnation: OLD } });
    const log = nats.rawLog(streams.control.name);
    shells = new ExampleShells({ log, messaging: nats.messaging() });
  }, 20_000);
  afterEach(async () => {
    await shells.stop();
    await nats.close();
  });

  it('is read by a gateway that could not notice, within two seconds, and gets the stop that it holds', async () => {
    const { shell: node, identity } = await shells.node('n1');
    await grow();
    const { shell: gateway, deeds } = await shells.gateway('g1');
    const stop = shells.stopOf('rogue');
    const { orderId } = stop.data;
    await node.order(stop);
    await node.until(orderId, ({ contained }) => contained, 10_000);
    expect(gateway.position).toBeGreaterThan(ECHOES);

    await nats.link.api(`STREAM.DELETE.${streams.control.name}`, {});
    await provisionStreams(nats, { replicas: 1 });
    await append({ type: 'LogStarted', data: { incarnation: NEW } });
    await until(() => node.isRolledBack && !gateway.admits());
    expect(gateway.phase).toBe('member');

    const { current: key } = identity;
    const word = { old: OLD, new: NEW, by: ACTOR };
    const first = await append({ type: 'LogRestored', data: { ...word, confirms: null } }, key);
    await append({ type: 'LogRestored', data: { ...word, confirms: first.id } }, key);
    await until(() => node.isMember && !node.isRolledBack);
    await until(() => gateway.admits(), { timeoutMs: 2_000 });
    expect(gateway).toMatchObject({ phase: 'member', pinned: NEW });
    expect(deeds.rejected).toEqual([]);
    const standing = await node.until(orderId, ({ contained }) => contained, 10_000);
    expect(standing).toMatchObject({ committed: true, contained: true, acked: 1 });
  }, 40_000);
});
