import {
  authorizeSpending,
  captureSpending,
  releaseSpending,
  addSessionMessage,
  checkpointIntent,
  completeSession,
  controlIntent,
  createIntent,
  createSession,
  getCapabilities,
  getIntent,
  getSession,
  guardTool,
  listIntentEvents,
  listSessionMessages,
  listSessions,
  readInbox,
  readSessionFeed,
  resolveIntent,
  resumeIntent,
  sendHeartbeat,
  setIntentPolicy,
  streamAgentIntents,
  streamOwnIntents,
  streamIntentEvents,
  streamQueueIntents,
  streamSessionFeed,
  MICRO,
  SessionId,
  type Principal,
} from '#contracts';
import type { Ask, GateAct } from '#domain';
import type { AnyCall, Call } from '#platform';
import type { Declared } from './decisions.js';
import { receiverOf, TO_AGENT } from './destination.js';

/** A call whose caller is known. */
export type GatedCall = AnyCall & { readonly principal: Principal };

/** What a route asks the gate. */
export interface GateRule {
  /** Nothing for operators: their keys are no stopped agents. */
  asks(call: GatedCall): readonly Ask[];
  /** The route answers a stopped agent, and tells it. */
  readonly tells?: true;
  /** What the caller says of the act, for those who count. */
  declares?(call: GatedCall): Declared | null;
  /** A session or a cap may refuse what the gate let in: its handler says how it ended, and only then is it counted. */
  isOpen?(call: GatedCall): boolean;
  /** Its answer is what is handed over, so it is judged again when it is sent. */
  readonly answers?: true;
}

const none: readonly Ask[] = [];

// A drain lets finish what is in flight; whether this is, the handler asks again once it knows the intent.
const own =
  (act: GateAct) =>
  ({ principal }: GatedCall): readonly Ask[] =>
    principal.kind === 'sa'
      ? [{ address: principal.address, act, capability: null, inFlight: act === 'answer' }]
      : none;

const reading: GateRule = { answers: true, asks: own('read') };
// What is written into a session is no intent and no tool call, and is judged as what it is: talk among those at work.
const talking: GateRule = { asks: own('read') };
const answering: GateRule = { asks: own('answer') };
const taking: GateRule = { asks: own('deliver') };

/** A session that is none is told by the handler; nothing is counted for it. */
const declared = (session: string | null | undefined, costUsd = 0): Declared | null => {
  const parsed = session ? SessionId.safeParse(session) : null;
  const id = parsed?.success ? parsed.data : null;
  const costMicroUsd = Math.round(costUsd * MICRO);
  return id === null && costMicroUsd === 0 ? null : { session: id, costMicroUsd };
};

/** Both ends of an intent: the sender first, where it is an agent, then the receiver. */
const sending: GateRule = {
  declares: (call) => declared((call as unknown as Call<typeof createIntent>).body.session_id),
  isOpen: (call) => Boolean((call as unknown as Call<typeof createIntent>).body.session_id),
  asks: (call) => {
    const { principal } = call;
    const { body } = call as unknown as Call<typeof createIntent>;
    const capability = `intent:${body.intent_type}`;
    const receiver = receiverOf(principal, body.to_agent, TO_AGENT).address;
    const inbound: Ask = {
      address: receiver,
      act: 'receive',
      capability,
      investigator: principal.kind === 'op' && principal.permissions.has('intent:investigate'),
    };
    if (principal.kind === 'op') return [inbound];
    return [{ address: principal.address, act: 'send', capability, inFlight: true }, inbound];
  },
};

const guarding: GateRule = {
  tells: true,
  answers: true,
  declares: (call) => {
    const { session_id, cost_usd } = (call as unknown as Call<typeof guardTool>).body;
    return declared(session_id, cost_usd ?? 0);
  },
  isOpen: (call) => {
    const { session_id, cost_usd } = (call as unknown as Call<typeof guardTool>).body;
    return Boolean(session_id) || Boolean(cost_usd);
  },
  asks: (call) => {
    const { principal } = call;
    if (principal.kind === 'op') return none;
    const { tool } = (call as unknown as Call<typeof guardTool>).body;
    return [
      { address: principal.address, act: 'guard', capability: `tool:${tool}`, inFlight: true },
    ];
  },
};

/** Paying is outbound, and no tool is named: stops on `tool:budget.authorize` hold payments alone. */
const paying: GateRule = {
  answers: true,
  isOpen: () => true,
  asks: ({ principal }) =>
    principal.kind === 'op'
      ? none
      : [
          {
            address: principal.address,
            act: 'guard',
            capability: 'tool:budget.authorize',
            inFlight: true,
          },
        ],
};

/** A sign of life is taken from everybody; the answer tells of the stop. */
const beating: GateRule = { tells: true, asks: () => none };

/** One rule for each route behind the gate; a route without one cannot be bound. */
export const gateRules: Readonly<Record<string, GateRule>> = {
  [createIntent.id]: sending,
  [getIntent.id]: reading,
  [listIntentEvents.id]: reading,
  [streamIntentEvents.id]: reading,
  [readInbox.id]: reading,
  [getCapabilities.id]: reading,
  [resolveIntent.id]: answering,
  [resumeIntent.id]: answering,
  [controlIntent.id]: answering,
  [setIntentPolicy.id]: answering,
  [checkpointIntent.id]: answering,
  [streamAgentIntents.id]: taking,
  [streamOwnIntents.id]: taking,
  [streamQueueIntents.id]: taking,
  [guardTool.id]: guarding,
  [sendHeartbeat.id]: beating,
  [authorizeSpending.id]: paying,
  // What was paid already must be written down, and what is not needed given back: the stopped may do both. An authorization
  // that nobody may end would expire, and the cap would forget what was spent.
  [captureSpending.id]: { asks: () => none },
  [releaseSpending.id]: { asks: () => none },
  [createSession.id]: talking,
  [addSessionMessage.id]: talking,
  [completeSession.id]: talking,
  [listSessions.id]: reading,
  [getSession.id]: reading,
  [listSessionMessages.id]: reading,
  [readSessionFeed.id]: reading,
  [streamSessionFeed.id]: reading,
};
