import type { z } from 'zod';
import type { getDoctor } from '#contracts';

/** What the doctor found. */
export type Diagnosis = z.infer<typeof getDoctor.response>;
