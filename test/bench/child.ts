import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A measuring process: a file of the bench, forked, with messages both ways. It ends when this process does. */
export class Child<Report extends { readonly kind: string }> {
  private readonly process: ChildProcess;
  private readonly waiting = new Set<(report: Report) => boolean>();

  constructor(file: string, args: readonly string[] = []) {
    const path = fileURLToPath(new URL(`./${file}`, import.meta.url));
    this.process = fork(path, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.process.on('message', (report: Report) => {
      for (const takes of this.waiting) if (takes(report)) this.waiting.delete(takes);
    });
    this.process.once('exit', () => {
      if (this.waiting.size > 0) throw new Error(`${file} ended while it was measuring`);
    });
  }

  tell(message: object): void {
    this.process.send(message);
  }

  /** The next report of this kind for which `matches` holds. */
  next<K extends Report['kind']>(
    kind: K,
    matches: (report: Extract<Report, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<Report, { kind: K }>> {
    return new Promise((resolve) => {
      this.waiting.add((report) => {
        const fits = report.kind === kind && matches(report as Extract<Report, { kind: K }>);
        if (fits) resolve(report as Extract<Report, { kind: K }>);
        return fits;
      });
    });
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.waiting.clear();
    this.process.kill('SIGKILL');
    await ended;
  }
}
