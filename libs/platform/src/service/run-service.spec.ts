import { ConfigError } from '../config/config-error.js';
import { runService, type ProcessHost, type RunningService } from './run-service.js';

class FakeProcess implements ProcessHost {
  readonly exits: number[] = [];
  readonly sent: unknown[] = [];
  said = '';
  readonly stderr = { write: (text: string) => (this.said += text) };
  private readonly listeners = new Map<string, (...args: unknown[]) => void>();
  private readonly waiting: (() => void)[] = [];

  constructor(readonly channel: unknown) {}

  on(event: string, listener: (...args: unknown[]) => void): void {
    this.listeners.set(event, listener);
  }
  emit(event: string, ...args: unknown[]): void {
    this.listeners.get(event)?.(...args);
  }
  exit(code: number): void {
    this.exits.push(code);
    for (const wake of this.waiting.splice(0)) wake();
  }
  send(message: unknown): void {
    this.sent.push(message);
  }
  exited(): Promise<void> {
    return this.exits.length > 0
      ? Promise.resolve()
      : new Promise((resolve) => this.waiting.push(resolve));
  }
}

const service = (host: FakeProcess, start: () => Promise<RunningService>): Promise<void> =>
  runService({ name: 'gateway', start }, host);

describe('runService', () => {
  it('tells its supervisor that it is ready', async () => {
    const host = new FakeProcess({});
    await service(host, async () => ({
      url: 'http://u',
      about: { gateway: 'g1' },
      stop: async () => {},
    }));
    expect(host.sent).toEqual([{ ready: true, name: 'gateway', url: 'http://u', gateway: 'g1' }]);
  });

  it.each(['SIGTERM', 'SIGINT', 'disconnect'])('stops once and exits 0 on %s', async (event) => {
    const host = new FakeProcess({});
    let stops = 0;
    await service(host, async () => ({ stop: async () => void (stops += 1) }));
    host.emit(event);
    host.emit('SIGTERM');
    await host.exited();
    expect([host.exits, stops]).toEqual([[0], 1]);
  });

  it('does not care about a supervisor that it never had', async () => {
    const host = new FakeProcess(undefined);
    await service(host, async () => ({ stop: async () => {} }));
    host.emit('disconnect');
    expect([host.exits, host.sent]).toEqual([[], []]);
  });

  it('exits though stopping hangs', async () => {
    const host = new FakeProcess({});
    await service(host, async () => ({ stop: () => new Promise(() => undefined) }));
    host.emit('SIGTERM');
    await host.exited();
    expect(host.exits).toEqual([0]);
  });

  it('exits 2 with every bad field and no stack on a bad configuration', async () => {
    const host = new FakeProcess({});
    const bad = new ConfigError([
      { name: 'ESTOP_PORT', problem: 'must be a number', meaning: 'the port' },
    ]);
    await service(host, () => Promise.reject(bad));
    expect(host.exits).toEqual([2]);
    expect(host.said).toContain('ESTOP_PORT: must be a number (the port)');
    expect(host.said).not.toMatch(/\n\s+at /);
  });

  it('exits 1 with the reason, without secrets, when the start fails', async () => {
    const host = new FakeProcess({});
    const cause = new Error('connect ECONNREFUSED nats://u:hunter2@h');
    await service(host, () => Promise.reject(new Error('NATS cannot be reached', { cause })));
    expect(host.exits).toEqual([1]);
    expect(host.said).toBe(
      'gateway: cannot start: NATS cannot be reached (connect ECONNREFUSED nats://u:***@h)\n',
    );
  });

  it('exits 1 on a bug', async () => {
    const host = new FakeProcess({});
    await service(host, async () => ({ stop: async () => {} }));
    host.emit('unhandledRejection', new Error('oops'));
    expect(host.exits).toEqual([1]);
    expect(host.said).toContain('"level":"fatal"');
  });

  it('stops what a signal met while it was starting', async () => {
    const host = new FakeProcess({});
    let stops = 0;
    let finish: (running: RunningService) => void = () => undefined;
    const run = service(host, () => new Promise((resolve) => (finish = resolve)));
    host.emit('SIGTERM');
    finish({ stop: async () => void (stops += 1) });
    await run;
    expect([host.exits, stops, host.sent]).toEqual([[0], 1, []]);
  });
});
