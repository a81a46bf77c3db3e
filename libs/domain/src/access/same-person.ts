import type { Actor } from '#contracts';

/** Where two people are asked for, two keys stand for them: the way it came makes no difference. */
export const isSamePerson = (one: Actor, other: Actor): boolean =>
  one.kind === other.kind && one.id === other.id;
