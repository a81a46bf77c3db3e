/** What happens to the bytes that go one way over a link. */
export type Flow =
  | { readonly kind: 'free' }
  /**
   * A black hole: nothing arrives and nobody is told. What was sent arrives after the heal, since TCP sends it again;
   * dropping bytes of a stream would be a fault that no network has.
   */
  | { readonly kind: 'held' }
  | { readonly kind: 'delayed'; readonly ms: number }
  | { readonly kind: 'throttled'; readonly bytesPerSecond: number };

/** The state of a link. `out` is the way from the one who dials to the one who listens. */
export interface LinkFault {
  readonly out: Flow;
  readonly back: Flow;
  /** Open connections are reset, and new ones too: a clean cut, which both sides notice at once. */
  readonly refused: boolean;
}

export const free: Flow = { kind: 'free' };
export const held: Flow = { kind: 'held' };
export const delayed = (ms: number): Flow => ({ kind: 'delayed', ms });
export const throttled = (bytesPerSecond: number): Flow => ({ kind: 'throttled', bytesPerSecond });

export const healthy: LinkFault = { out: free, back: free, refused: false };
export const refused: LinkFault = { out: free, back: free, refused: true };
export const blackHole: LinkFault = { out: held, back: held, refused: false };
/** What the dialling side says never arrives; what it hears still does. */
export const muted: LinkFault = { out: held, back: free, refused: false };
/** The dialling side hears nothing; what it says still arrives. */
export const deafened: LinkFault = { out: free, back: held, refused: false };
export const slow = (ms: number): LinkFault => ({
  out: delayed(ms),
  back: delayed(ms),
  refused: false,
});
export const narrow = (bytesPerSecond: number): LinkFault => ({
  out: throttled(bytesPerSecond),
  back: throttled(bytesPerSecond),
  refused: false,
});
