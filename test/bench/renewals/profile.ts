/** What V8 writes with `--cpu-prof`, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
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
const own: Readonly<Record<string, string>> = {
  '(garbage collector)': 'collecting garbage',
  '(program)': 'Node.js itself, sockets included',
};

/** The share of each subject in the time that the thread was busy, largest first. */
export const sharesOf = (
  profile: CpuProfile,
  subjects: readonly Subject[],
): readonly (readonly [string, number])[] => {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const subjectOf = (leaf: number): string => {
    for (let id: number | undefined = leaf; id !== undefined; id = parents.get(id)) {
      const { functionName, url } = nodes.get(id)?.callFrame ?? { functionName: '', url: '' };
      const found = own[functionName] ?? nameOf(subjects, functionName, url);
      if (found !== undefined) return found;
    }
    return OTHER;
  };
  const spent = new Map<string, number>();
  profile.samples.forEach((id, index) => {
    if (nodes.get(id)?.callFrame.functionName === IDLE) return;
    const name = subjectOf(id);
    spent.set(name, (spent.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0));
  });
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
