/** The agents of every history; `agent://acme/prod/` comes before each name but the last. */
export const AGENTS = [
  'target',
  'tagged1',
  'tagged2',
  'tagged3',
  'other',
  'healthy',
  'lax',
] as const;
/** They get the tag `rogue`, each at its own time. */
export const TAGGED = ['tagged1', 'tagged2', 'tagged3'] as const;
/** Its namespace may choose `on_fence: allow`. */
export const LAX = 'lax';

export const addressOf = (agent: string): string =>
  `agent://acme/${agent === LAX ? 'open' : 'prod'}/${agent}`;
