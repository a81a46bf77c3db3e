export type EmulatorOrder = { readonly kind: 'renew' } | { readonly kind: 'rest' };

export type EmulatorReport =
  /** All emulated gateways are members of the log. */
  | { readonly kind: 'joined' }
  | { readonly kind: 'renewing' }
  | {
      readonly kind: 'resting';
      readonly tookMs: number;
      readonly renewals: number;
      /** By control node. */
      readonly answers: Readonly<Record<string, number>>;
      readonly answerBytes: number;
    };
