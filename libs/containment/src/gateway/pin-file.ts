import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Pin, SignedOrder } from '#domain';
import { LatestWriter } from '../disk/latest-writer.js';
import { DamagedDataError } from '../keys/identity-file.js';
import { eventTextOf, signedOrderOf } from '../wire/order-event.js';

const PinContent = z.strictObject({
  incarnation: z.string().nullable(),
  highestSequence: z.number().int().nonnegative(),
  /** Each a stop as it was pushed, with its signature. */
  orders: z.array(z.string()),
});

const CURE =
  'It holds stops that may be in force: restore it from a backup, or move the whole directory away, and this gateway ' +
  'reads everything from the control log before it admits anything';

/** What the file holds of an earlier process; `null` on a new disk. @throws DamagedDataError */
export const readPin = async (file: string): Promise<Pin | null> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new DamagedDataError(file, (error as Error).message, CURE);
  }
  const pin = parse(text);
  if (pin === null) throw new DamagedDataError(file, 'it is no pinned file', CURE);
  return pin;
};

const parse = (text: string): Pin | null => {
  try {
    const { orders: texts, ...rest } = PinContent.parse(JSON.parse(text));
    const orders = texts.map(signedOrderOf);
    return orders.every((order) => order !== null)
      ? { ...rest, orders: orders as SignedOrder[] }
      : null;
  } catch {
    return null;
  }
};

export interface PinFileOptions {
  readonly directory: string;
  onWritten(write: number): void;
  onFailed(error: unknown): void;
}

/** A gateway's pinned file: the log that it has read and the orders that it holds, on the disk before each receipt. */
export class PinFile {
  private constructor(
    readonly kept: Pin | null,
    private readonly writer: LatestWriter,
  ) {}

  static async open({ directory, onWritten, onFailed }: PinFileOptions): Promise<PinFile> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = join(directory, 'pin.json');
    const kept = await readPin(file);
    return new PinFile(kept, new LatestWriter({ file, onWritten, onFailed }));
  }

  write(pin: Pin, write: number): void {
    this.writer.write(write, () => textOf(pin));
  }

  close(): Promise<void> {
    return this.writer.close();
  }
}

const textOf = ({ orders, ...rest }: Pin): string =>
  JSON.stringify({ ...rest, orders: orders.map(eventTextOf) });
