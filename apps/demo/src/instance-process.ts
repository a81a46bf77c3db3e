import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { InstanceReport, type InstanceOrder } from './instance-report.js';

const INSTANCE = fileURLToPath(new URL('./instance.js', import.meta.url));

/** An agent's process and what it has told so far. */
export class InstanceProcess {
  sent = 0;
  refused = 0;
  lastHeartbeat: string | null = null;
  /** The last thing that went wrong there, for a story that gets stuck. */
  trouble: string | null = null;
  private readonly child: ChildProcess;
  private readonly isReady: Promise<void>;

  constructor(
    readonly order: InstanceOrder,
    readonly gatewayId: string,
    private readonly onReport: (report: InstanceReport) => void = () => undefined,
  ) {
    this.child = fork(INSTANCE, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.isReady = new Promise((resolve) => {
      this.child.on('message', (message) => this.take(InstanceReport.parse(message), resolve));
    });
    this.child.send(order);
  }

  ready(): Promise<void> {
    return this.isReady;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }

  private take(report: InstanceReport, onReady: () => void): void {
    if (report.kind === 'ready') onReady();
    if (report.kind === 'sent') this.sent += report.count;
    if (report.kind === 'refused') this.refused += 1;
    if (report.kind === 'heartbeat') this.lastHeartbeat = report.status;
    if (report.kind === 'failed' || report.kind === 'hiccup') this.trouble = report.message;
    this.onReport(report);
  }
}
