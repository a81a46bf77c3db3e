import { z } from 'zod';
import { NodeId } from '#contracts';

/** A control node asks a signer, itself included, to sign with a new key. It goes the way of a stop, and is signed like one. */
export const RotateOrder = z.strictObject({
  node: NodeId,
  kind: z.enum(['node', 'gateway']),
  id: z.string().min(1).max(63),
  nonce: z.string().min(8).max(128),
  atMs: z.number(),
});
export type RotateOrder = z.infer<typeof RotateOrder>;

const RotateWire = z.strictObject({ rotate: RotateOrder, signature: z.string().max(200) });

const START = '{"rotate":';

export const encodeRotate = (rotate: RotateOrder, signature: string): string =>
  JSON.stringify({ rotate, signature });

/** `undefined`: it is something else; `null`: nobody can read it. */
export const decodeRotate = (text: string): z.infer<typeof RotateWire> | null | undefined => {
  if (!text.startsWith(START)) return undefined;
  try {
    return RotateWire.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
};
