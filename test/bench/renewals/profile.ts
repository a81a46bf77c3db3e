/** What V8 writes with `--cpu-prof`, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** What a frame is about; the frames are asked from the innermost out, and the first that belongs somewhere decides. */
export interface Subject {
  readonly name: string;
  readonly url: RegExp;
  readonly functions?: RegExp;
}

const OTHER = 'anything else';
const IDLE = '(idle)';
/** V8's own: no function of anybody. */
const own = new Map([
  ['(garbage collector)', 'collecting garbage'],
  ['(program)', 'Node.js itself'],
]);

/** The share of each subject in the time that the thread was busy in the last `lastMs`, largest first. */
export const sharesOf = (
  profile: CpuProfile,
  subjects: readonly Subject[],
  lastMs = Infinity,
): readonly (readonly [string, number])[] => {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const subjectOf = (leaf: number): string => {
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      const { functionName, url } = nodes.get(id)?.callFrame ?? { functionName: '', url: '' };
      const found = own.get(functionName) ?? nameOf(subjects, functionName, url);
      if (found !== undefined) return found;
    }
    return OTHER;
  };
  const spent = new Map<string, number>();
  let agoMs = 0;
  for (let index = profile.samples.length - 1; index >= 0 && agoMs <= lastMs; index -= 1) {
    const [id, tookUs] = [profile.samples[index] as number, profile.timeDeltas[index] ?? 0];
    agoMs += tookUs / 1000;
    if (nodes.get(id)?.callFrame.functionName === IDLE) continue;
    const name = subjectOf(id);
    spent.set(name, (spent.get(name) ?? 0) + tookUs);
  }
  const all = [...spent.values()].reduce((sum, time) => sum + time, 0);
  return [...spent]
    .map(([name, time]) => [name, time / all] as const)
    .sort(([, a], [, b]) => b - a);
};

const nameOf = (
  subjects: readonly Subject[],
  functionName: string,
  frameUrl: string,
): string | undefined =>
  subjects.find(
    ({ url, functions }) => url.test(frameUrl) && (functions?.test(functionName) ?? true),
  )?.name;
