import { z } from 'zod';
import type { RestoreWord } from '#domain';

const ID_MAX = 200;
const Id = z.string().min(1).max(ID_MAX);

const RestoreWire = z.strictObject({
  restored: z.strictObject({
    node: Id,
    gateway: Id,
    boot: z.number().int().nonnegative(),
    nonce: Id,
    old: Id,
    new: Id,
    signature: z.string().max(ID_MAX),
  }),
});

/** Goes the way of answers, and cannot be taken for one. */
export const encodeRestore = (word: RestoreWord): string => JSON.stringify({ restored: word });

/** `undefined`: another kind of message; `null`: of this kind, and cannot be read. */
export const decodeRestore = (text: string): RestoreWord | null | undefined => {
  if (!text.startsWith('{"restored":')) return undefined;
  try {
    return RestoreWire.safeParse(JSON.parse(text)).data?.restored ?? null;
  } catch {
    return null;
  }
};
