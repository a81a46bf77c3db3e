/** What may be wrong with a policy that is well-formed. */
export interface LintWarning {
  readonly code:
    | 'names_nothing'
    | 'other_org'
    | 'whole_org'
    | 'never_fires'
    | 'fires_at_once'
    | 'shadowed'
    | 'warn_at_ignored'
    | 'no_effect'
    | 'stops_for_ever'
    | 'fires_when_calm'
    | 'cannot_be_evaluated';
  /** Where in the document: `target`, `rules.0.when`, … */
  readonly path: string;
  readonly message: string;
}

export const warning = (code: LintWarning['code'], path: string, message: string): LintWarning => ({
  code,
  path,
  message,
});
