import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDirectory, LockedError } from './directory-lock.js';
import { identityOf } from './process-identity.js';

describe('the lock of a directory', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'estop-lock-'));
    file = join(directory, 'lock');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is refused while a living process holds it, and names that process and the cure', () => {
    const release = lockDirectory(file);
    expect(() => lockDirectory(file)).toThrow(LockedError);
    expect(() => lockDirectory(file)).toThrow(
      `${directory} is in use by the process ${process.pid}. Stop that one first`,
    );
    release();
    lockDirectory(file)();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('of a process that was killed is taken over', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
    writeFileSync(file, JSON.stringify(identityOf(child.pid ?? 0)));
    expect(() => lockDirectory(file)).toThrow(LockedError);
    child.kill('SIGKILL');
    await once(child, 'exit');
    lockDirectory(file)();
    expect(existsSync(file)).toBe(false);
  });

  it('of a process whose number another one has now is taken over', () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, startedAt: 'another boot/1' }));
    lockDirectory(file)();
  });

  it('that nobody can read is taken over', () => {
    writeFileSync(file, '{"pid":');
    lockDirectory(file)();
  });
});
