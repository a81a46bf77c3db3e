import { backgroundFields, serviceFields } from '#platform';
import { z } from 'zod';

const REPLICAS_MAX = 64;

/** `2/3`: the second of three. */
const PartitionText = z
  .string()
  .regex(/^[1-9]\d?\/[1-9]\d?$/, 'must be n/m, the n-th of m evaluators, for example 1/2')
  .transform((text) => {
    const [index = 1, of = 1] = text.split('/').map(Number);
    return { index, of };
  })
  .refine(({ index, of }) => index <= of && of <= REPLICAS_MAX, {
    message: `must be n/m with n at most m, and m at most ${REPLICAS_MAX}`,
  });

export const EvaluatorConfig = z.strictObject({
  ...serviceFields,
  ...backgroundFields,
  dataDir: z
    .string()
    .min(1)
    .describe(
      'the directory in which this evaluator keeps its snapshot; without it the logs are read again',
    ),
  partition: PartitionText.default({ index: 1, of: 1 }).describe(
    'n/m: of m evaluators this is the n-th, and evaluates its share of the agents',
  ),
});
export type EvaluatorConfig = z.infer<typeof EvaluatorConfig>;
