import { z } from 'zod';
import { NodeId, Selector, StopOrderId } from '#contracts';
import type {
  JoinWord,
  LogEntry,
  OrderReceipt,
  Renewal,
  RenewalAnswer,
  SignedOrder,
  Unsigned,
} from '#domain';
import { SEALS_LENGTH_MAX } from '../keys/pair-seals.js';
import type { RawEntry } from './log-entries.js';
import { eventTextOf, signedOrderOf } from './order-event.js';
import { decodeRotate, type RotateOrder } from './rotate-order.js';

const ID_MAX = 200;
const Id = z.string().min(1).max(ID_MAX);
const Count = z.number().int().nonnegative();
const Ms = z.number().nonnegative();
const Signature = z.string().max(ID_MAX);
/** So many ids a renewal may repeat, and a node may ask for. */
const IDS_MAX = 4_096;

const Mark = z.strictObject({ sequence: Count, storedAtMs: z.number() });
const CutCounts = z.strictObject({ streams: Count, calls: Count });

const RenewalWire = z.strictObject({
  gateway: Id,
  boot: Count,
  nonce: Id,
  position: Count,
  last: Mark,
  applied: z.array(Id).max(IDS_MAX),
  signature: z.string().max(SEALS_LENGTH_MAX),
});

const ReceiptWire = z.strictObject({
  orderId: Id,
  gateway: Id,
  boot: Count,
  position: Count,
  appliedAfterMs: Ms,
  cut: CutCounts,
  signature: Signature,
});

const JoinWire = z.strictObject({
  kind: z.enum(['join-asked', 'join-acknowledged']),
  word: z.strictObject({ from: NodeId, to: NodeId, joinSequence: Count }),
  signature: Signature,
});

const AnswerWire = z.strictObject({
  node: Id,
  gateway: Id,
  boot: Count,
  nonce: Id,
  members: z.array(Id).max(100),
  membershipSequence: Count,
  position: Count,
  last: Mark,
  /** `[sequence, subject, storedAtMs, text]` */
  events: z.array(z.tuple([Count, z.string(), z.number(), z.string()])),
  pending: z.array(z.string()),
  more: z.boolean(),
  logAgeMs: Ms.nullable(),
  echoAgeMs: Ms.nullable(),
  wanted: z.array(Id).max(IDS_MAX),
  signature: Signature,
});

/** A stop that does everything but refuse: pushed, verified, brought to the disk and confirmed like any other. */
export const TestOrder = z.strictObject({
  testId: Id,
  node: NodeId,
  /** Chosen by who asks: an answer to another nonce is worth nothing. */
  nonce: z.string().min(8).max(128),
  /** Whom it would stop; `null`: the gateways alone are asked. */
  selector: Selector.nullable(),
  atMs: z.number(),
});
export type TestOrder = z.infer<typeof TestOrder>;
const TestWire = z.strictObject({ test: TestOrder, signature: Signature });

/** A gateway's answer to a test, after everything that a stop would have waited for. */
export const TestReceipt = z.strictObject({
  testId: Id,
  nonce: z.string().max(128),
  gateway: Id,
  boot: Count,
  position: Count,
  /** Whether it could admit requests at that moment. */
  admits: z.boolean(),
  /** From its arrival at the gateway to the end of all that a receipt waits for, in milliseconds. */
  appliedAfterMs: Ms,
  /** What a stop would have ended. */
  wouldCut: CutCounts,
});
export type TestReceipt = z.infer<typeof TestReceipt>;
const TestReceiptWire = z.strictObject({ tested: TestReceipt, signature: Signature });

/** An answer whose events are not read yet: its signature comes first. */
export type RawAnswer = Unsigned<RenewalAnswer> & { readonly signature: string };

export type Pushed =
  | { readonly kind: 'order'; readonly signed: SignedOrder }
  | { readonly kind: 'test'; readonly test: TestOrder; readonly signature: string }
  | { readonly kind: 'rotate'; readonly rotate: RotateOrder; readonly signature: string };

export type Confirmed =
  | { readonly kind: 'receipt'; readonly receipt: OrderReceipt }
  | { readonly kind: 'tested'; readonly tested: TestReceipt; readonly signature: string };

const read = <S extends z.ZodType>(schema: S, text: string): z.infer<S> | null => {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
};

export const encodeOrder = (signed: SignedOrder): string => eventTextOf(signed);
export const encodeTest = (test: TestOrder, signature: string): string =>
  JSON.stringify({ test, signature });

/** What came over the push route; `null`: nothing that this build understands. */
export const decodePush = (text: string): Pushed | null => {
  const test = text.startsWith('{"test":') ? read(TestWire, text) : null;
  if (test !== null) return { kind: 'test', ...test };
  const rotate = decodeRotate(text);
  if (rotate !== undefined) return rotate && { kind: 'rotate', ...rotate };
  const signed = signedOrderOf(text);
  return signed === null || !StopOrderId.safeParse(signed.order.orderId).success
    ? null
    : { kind: 'order', signed };
};

export const encodeRenewal = (renewal: Renewal, signature: string): string =>
  JSON.stringify({ ...renewal, signature });

export const decodeRenewal = (
  text: string,
): { readonly renewal: Renewal; readonly signature: string } | null => {
  const wire = read(RenewalWire, text);
  if (wire === null) return null;
  const { signature, ...renewal } = wire;
  return { renewal, signature };
};

export const encodeReceipt = (receipt: OrderReceipt): string => JSON.stringify(receipt);
export const encodeTested = (tested: TestReceipt, signature: string): string =>
  JSON.stringify({ tested, signature });

export const decodeConfirmed = (text: string): Confirmed | null => {
  const receipt = read(ReceiptWire, text);
  if (receipt !== null) return { kind: 'receipt', receipt };
  const tested = read(TestReceiptWire, text);
  return tested === null ? null : { kind: 'tested', ...tested };
};

export const encodeJoin = (
  kind: 'join-asked' | 'join-acknowledged',
  word: JoinWord,
  signature: string,
): string => JSON.stringify({ kind, word, signature });

export const decodeJoin = (text: string): z.infer<typeof JoinWire> | null => read(JoinWire, text);

const lineOf = ({ sequence, record: { subject, storedAtMs, text } }: LogEntry) => [
  sequence,
  subject,
  storedAtMs,
  text,
];

export const encodeAnswer = (answer: RenewalAnswer): string =>
  JSON.stringify({
    ...answer,
    events: answer.events.map(lineOf),
    pending: answer.pending.map(eventTextOf),
  });

export interface DecodedAnswer {
  /** Its events hold no facts yet. */
  readonly answer: RawAnswer;
  readonly events: readonly RawEntry[];
}

export const decodeAnswer = (text: string): DecodedAnswer | null => {
  const wire = read(AnswerWire, text);
  if (wire === null) return null;
  const pending = wire.pending.map(signedOrderOf);
  // What it says of its orders is signed whole: one that cannot be read makes all of it unreadable.
  if (pending.some((signed) => signed === null)) return null;
  const events = wire.events.map(([sequence, subject, storedAtMs, text]): RawEntry => ({
    sequence,
    subject,
    storedAtMs,
    text,
    bytes: text.length,
  }));
  const unread = events.map(({ sequence, bytes, ...record }) => ({
    sequence,
    bytes,
    record,
    fact: { kind: 'other', body: null } as const,
  }));
  return { answer: { ...wire, events: unread, pending: pending as SignedOrder[] }, events };
};
