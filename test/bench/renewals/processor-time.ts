import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a process and all its threads have used of the processors so far, in milliseconds, to the nanosecond (Linux). */
export const processorMs = async (pid: number): Promise<number> => {
  const tasks = join('/proc', String(pid), 'task');
  const used = await Promise.all((await readdir(tasks)).map((task) => onProcessor(tasks, task)));
  return used.reduce((sum, ns) => sum + ns, 0) / 1e6;
};

const onProcessor = async (tasks: string, task: string): Promise<number> => {
  const text = await readFile(join(tasks, task, 'schedstat'), 'utf8').catch(() => '0');
  return Number(text.split(' ')[0]);
};
