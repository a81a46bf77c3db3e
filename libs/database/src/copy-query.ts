import type pg from 'pg';

/** What the driver's connection offers beyond its published types; it uses the same itself. */
interface CopyChannel {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
}

export type CopyEnd =
  { readonly ok: true; readonly rows: number } | { readonly ok: false; readonly error: Error };

/** Bytes of one message; what is sent waits in the socket, since all of it is in memory anyway. */
const CHUNK = 65_536;

/**
 * One `COPY … FROM STDIN`, as the driver's queue takes queries. It keeps no hold of the connection: whatever the server or
 * the socket says after an end (a second error, a late "ready") finds nothing to break.
 */
export class CopyQuery implements pg.Submittable {
  private rows = 0;
  private over = false;

  /** Told how it ended; of several ends only the first counts. The driver wraps this one to stop its timer. */
  callback: (error: Error | null) => void;

  constructor(
    private readonly statement: string,
    private readonly text: string,
    ended: (end: CopyEnd) => void,
  ) {
    this.callback = (error) => {
      if (this.over) return;
      this.over = true;
      ended(error === null ? { ok: true, rows: this.rows } : { ok: false, error });
    };
  }

  submit(connection: pg.Connection): void {
    connection.query(this.statement);
  }

  handleCopyInResponse(channel: CopyChannel): void {
    if (this.over) return channel.sendCopyFail('given up by the client');
    const bytes = Buffer.from(this.text);
    for (let from = 0; from < bytes.length; from += CHUNK) {
      channel.sendCopyFromChunk(bytes.subarray(from, from + CHUNK));
    }
    channel.endCopyFrom();
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.rows = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? 0);
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }

  handleError(error: Error): void {
    this.callback(error);
  }
}
