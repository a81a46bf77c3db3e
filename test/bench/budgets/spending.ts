import { Child } from '../child.js';
import { wireRequest, type LoadReport } from '../gateway/load-messages.js';
import type { Contender } from '../rounds.js';

/** With more, two cores starve a gateway until its lease is over. */
const CONNECTIONS_EACH = 2;
const FOR_MS = 250;

/** The same request through all gateways at once; `callers`: whose headers it has at each of them. */
export interface Spending {
  readonly name: string;
  readonly path: string;
  readonly body: object;
  readonly callers: readonly Readonly<Record<string, string>>[];
}

type Loaded = Extract<LoadReport, { kind: 'loaded' }>;

/** One load generator for all gateways, in a process of its own. */
export const spendingAt = async (ports: readonly number[]) => {
  const generator = new Child<LoadReport>('gateway/load.js');
  await generator.next('ready');
  const through = async (at: number, { name, path, body, callers }: Spending): Promise<Loaded> => {
    const port = ports[at]!;
    const done = generator.next('loaded', (report) => report.port === port);
    const request = wireRequest(path, callers[at]!, body);
    const terms = { connections: CONNECTIONS_EACH, forMs: FOR_MS };
    generator.tell({ kind: 'load', port, request, ...terms });
    const loaded = await done;
    if (loaded.statuses[200] === loaded.answers) return loaded;
    throw new Error(`${name} was answered ${JSON.stringify(loaded.statuses)}`);
  };
  const answered = new Map<string, number>();
  return {
    /** So many requests of this name were answered, in all rounds and before them. */
    answered: (name: string): number => answered.get(name) ?? 0,
    /** Milliseconds for each answer, of all gateways together. */
    contender: (spending: Spending): Contender => ({
      name: spending.name,
      measure: async () => {
        const all = await Promise.all(ports.map((_, at) => through(at, spending)));
        const answers = all.reduce((sum, one) => sum + one.answers, 0);
        answered.set(spending.name, (answered.get(spending.name) ?? 0) + answers);
        const perMs = all.reduce((sum, one) => sum + one.answers / one.tookMs, 0);
        return 1 / perMs;
      },
    }),
    end: (): Promise<void> => generator.end(),
  };
};
