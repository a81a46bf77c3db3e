import type {
  Actor,
  Address,
  AddressId,
  ControlEvent,
  ControlFact,
  Selector,
  ServiceAccountId,
  StopOrderId,
  Tag,
  Timestamp,
} from '#contracts';
import { agentAddress } from '#contracts';
import { ControlView } from '#domain';

const ada: Actor = { kind: 'operator', id: 'aaaaaaaaaaaaaaaa', via: 'bench' };
const AT = '2026-01-31T03:00:00.000Z' as Timestamp;

/** Of the first so many agents every one has its own stop, whatever the size of the fleet. */
const STOPPED = 3;
const NAMESPACES = 100;
const TAGS = ['bulk', 'mail', 'web', 'sql', 'pay'] as Tag[];

/** A fleet under the view, with the cost of holding it. */
export interface Fleet {
  readonly size: number;
  readonly view: ControlView;
  readonly addresses: readonly Address[];
  readonly foldMs: number;
  /** What the view holds for each agent, beyond the strings that came with its events. */
  readonly bytesPerAgent: number;
}

interface Identity {
  readonly address: Address;
  readonly addressId: AddressId;
  readonly serviceAccountId: ServiceAccountId;
  readonly name: string;
}

/**
 * Registers and tags so many agents in a hundred namespaces of one org, under a hundred standing stops: on agents, on tags
 * of other namespaces and of the org, on namespaces, narrowed ones too. The stops are the same for every size, so only the
 * fleet differs.
 *
 * @param heapUsed bytes in use after a full collection.
 */
export const buildFleet = (size: number, heapUsed: () => number): Fleet => {
  const identities = Array.from({ length: size }, (_, index) => identityOf(index));
  const view = new ControlView();
  const before = heapUsed();
  const started = performance.now();
  let sequence = 0;
  const append = (fact: ControlFact): void => {
    sequence += 1;
    view.apply({ sequence, storedAtMs: 0, decoded: { known: true, event: recorded(fact) } });
  };
  identities.forEach((identity, index) => {
    append(registered(identity));
    append({ type: 'AgentTagged', data: { address: identity.address, tags: tagsOf(index) } });
  });
  const foldMs = performance.now() - started;
  const bytesPerAgent = (heapUsed() - before) / size;
  stops().forEach(append);
  return {
    size,
    view,
    addresses: identities.map(({ address }) => address),
    foldMs,
    bytesPerAgent,
  };
};

// Tags repeat, so each list of them is shared as a string table would share it.
const TAG_LISTS = TAGS.flatMap((one) =>
  TAGS.filter((other) => other > one).map((other) => [one, other]),
);
const tagsOf = (index: number): Tag[] => TAG_LISTS[index % TAG_LISTS.length]!;

const identityOf = (index: number): Identity => {
  const name = `agent-${index}`;
  const address = `agent://acme/ns-${index % NAMESPACES}/${name}` as Address;
  const twenty = idOf(index);
  return {
    address,
    addressId: `addr_${twenty}` as AddressId,
    serviceAccountId: `sa_${twenty}` as ServiceAccountId,
    name,
  };
};

const idOf = (index: number): string =>
  [...index.toString(8)]
    .map((digit) => 'abcdefgh'[Number(digit)]!)
    .join('')
    .padStart(20, 'z');

const registered = (identity: Identity): ControlFact => ({
  type: 'AgentRegistered',
  data: { ...identity, description: null, createdByNote: null },
});

const stops = (): ControlFact[] => {
  const selectors = [
    ...each(STOPPED, (index) => ({ agent: identityOf(index).address })),
    ...each(47, (index) => ({ agent: agentAddress('acme', 'elsewhere', `agent-${index}`) })),
    ...each(20, (index) => ({ namespace: `acme/other-${index}` })),
    ...each(10, (index) => ({ tag: `stopped-${index}`, org: 'acme' })),
    ...each(10, (index) => ({ tag: `stopped-${index}`, namespace: `acme/ns-${index}` })),
    ...each(5, (index) => ({ tag: TAGS[index], org: 'acme', capability: 'tool:stripe.*' })),
    ...each(5, (index) => ({ org: 'acme', capability: `intent:report${index}.*` })),
  ];
  return selectors.map((selector, index) => ({
    type: 'StopOrdered',
    data: {
      orderId: `stop_${idOf(index)}` as StopOrderId,
      mode: 'halt',
      selector: selector as Selector,
      reason: null,
      expiresAt: null,
      drainUntil: null,
    },
  }));
};

const each = (count: number, make: (index: number) => object): object[] =>
  Array.from({ length: count }, (_, index) => make(index));

const recorded = (fact: ControlFact): ControlEvent => ({
  ...fact,
  version: 1,
  id: '00000000-0000-7000-8000-000000000000',
  at: AT,
  org: 'acme',
  workspace: null,
  actor: ada,
  correlation_id: 'bench',
  causation_id: null,
  signature: null,
});
