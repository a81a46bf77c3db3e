/** One environment variable that is not as it must be. */
export interface BadField {
  /** `ESTOP_NATS_URL` */
  readonly name: string;
  readonly problem: string;
  /** What the field is for; `null` for an unknown one. */
  readonly meaning: string | null;
}

/** The configuration cannot be used. The message lists every bad field and holds no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly fields: readonly BadField[]) {
    super(['The configuration cannot be used:', ...fields.map(lineOf)].join('\n'));
  }
}

const lineOf = ({ name, problem, meaning }: BadField): string =>
  `  ${name}: ${problem}${meaning ? ` (${meaning})` : ''}`;
