import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, open, rename, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BLOCK = Buffer.alloc(65_536, 1);
const BALLAST = 'ballast';

const mount = (dir: string, megabytes: number): Promise<unknown> =>
  run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir]);

/** A file system of its own over a directory, small enough to be filled. Mounting needs root. */
export class SmallDisk {
  private constructor(readonly dir: string) {}

  /** Why none can be had here; `null` when one can. */
  static async impossible(): Promise<string | null> {
    const dir = await mkdtemp(join(tmpdir(), 'estop-mount-'));
    try {
      await mount(dir, 1);
      await run('umount', [dir]);
      return null;
    } catch (error) {
      return `a small file system cannot be mounted (${(error as Error).message.split('\n').at(-2)})`;
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }

  /** Everything in the directory moves onto the small disk; nobody may have a file open there. */
  static async under(dir: string, megabytes: number): Promise<SmallDisk> {
    const aside = `${dir}.aside`;
    await rename(dir, aside);
    await mkdir(dir, { mode: 0o700 });
    await mount(dir, megabytes);
    await cp(aside, dir, { recursive: true, preserveTimestamps: true });
    await rm(aside, { recursive: true, force: true });
    return new SmallDisk(dir);
  }

  /** Not a byte more fits. */
  async fill(): Promise<void> {
    const file = await open(join(this.dir, BALLAST), 'a');
    try {
      for (let size = BLOCK.length; size >= 1; size = Math.floor(size / 16))
        await this.fillWith(file, BLOCK.subarray(0, size));
    } finally {
      await file.close();
    }
  }

  async free(): Promise<void> {
    await rm(join(this.dir, BALLAST), { force: true });
  }

  async bytesFree(): Promise<number> {
    const { bavail, bsize } = await statfs(this.dir);
    return bavail * bsize;
  }

  /** Also while files are open on it. */
  async remove(): Promise<void> {
    await run('umount', ['--lazy', this.dir]).catch(() => undefined);
  }

  private async fillWith(file: Awaited<ReturnType<typeof open>>, block: Buffer): Promise<void> {
    for (;;) {
      const full = await file.write(block).then(
        ({ bytesWritten }) => bytesWritten < block.length,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'ENOSPC') return true;
          throw error;
        },
      );
      if (full) return;
    }
  }
}
