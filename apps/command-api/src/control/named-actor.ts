import type { Actor, KeyId, NamedActor } from '#contracts';
import type { ControlView } from '#domain';

/** The actor with the name of its key: who that was, for people. Revoked keys keep their name. */
export const namedActor = (view: Pick<ControlView, 'key'>, actor: Actor): NamedActor => {
  const holder = actor.kind === 'operator' ? view.key(actor.id as KeyId)?.holder : undefined;
  return { ...actor, name: holder?.kind === 'op' ? holder.name : null };
};
