import {
  generateKey,
  openKey,
  signedEvent,
  writtenControl,
  type SigningKey,
  type WrittenControl,
} from '#containment';
import { nodeSubject, type ControlEvent } from '#contracts';
import { InMemoryEventStore } from '#event-store';
import { createLogger } from '#platform';
import { recorded, stopLifted, stopOrdered } from '#testing';
import type { NoticeWriter } from '../notices/notice-writer.js';
import { Patience } from '../notices/patience.js';
import { ControlFacts } from './control-facts.js';
import type { Places } from './places.js';

const NODE = 'n1';
const log = createLogger({ service: 'spec', level: 'silent' });
const clock = { nowMs: () => 0, monotonicMs: () => 0 };
const places = { at: () => 0, reached: () => undefined } as unknown as Places;
const nobody = { wanting: () => [] } as unknown as NoticeWriter;
const key = openKey(generateKey());

const ordered = recorded(stopOrdered({ agent: 'agent://acme/prod/rogue' }, { id: 'a' }), 0);
const lifted = recorded(stopLifted('a'), 1);
const joined = ({ publicKey, keyId }: SigningKey): ControlEvent => {
  const data = { node: NODE, name: 'n', join: 'j', publicKey, keyId, url: null };
  return { ...recorded(stopLifted('a'), 2), type: 'NodeJoined', data } as unknown as ControlEvent;
};

it('what nobody signed lifts nothing, is told to nobody, and holds no barrier up', async () => {
  const store = new InMemoryEventStore<WrittenControl>({ codec: writtenControl });
  const append = (event: ControlEvent, subject = 'control.acme.prod.stop.a') =>
    store.append({ subject, event: { id: event.id, event, text: JSON.stringify(event) } });
  await append(signedEvent(joined(key), NODE, key), nodeSubject(NODE));
  await append(signedEvent(ordered, NODE, key));
  await append(lifted);
  const facts = new ControlFacts({ store, places, clock, log, patience: new Patience(log) });
  await facts.start(nobody);
  await facts.barrier();
  expect([...facts.view.standing()]).toHaveLength(1);
  await append(signedEvent(recorded(stopLifted('a'), 3), NODE, key));
  await facts.barrier();
  expect([...facts.view.standing()]).toHaveLength(0);
  await facts.stop();
});
