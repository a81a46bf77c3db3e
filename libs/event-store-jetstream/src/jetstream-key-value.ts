import { headers } from '@nats-io/transport-node';
import { type KeyValue, WrongSequenceError } from '#event-store';
import { appendOne } from './log-append.js';
import { readOne } from './log-reading.js';
import { asPortError } from './nats-errors.js';
import type { NatsLink } from './nats-link.js';

const KEY = /^[-/_=.a-zA-Z0-9]{1,200}$/;
const utf8 = new TextDecoder();

/**
 * {@link KeyValue} on a bucket in the layout of NATS' own key-value stores, so the usual tools can look into it. Values
 * are read from the leader, never from a replica that may lag.
 */
export class JetStreamKeyValue implements KeyValue {
  constructor(
    private readonly link: NatsLink,
    private readonly bucket: string,
  ) {}

  async get(key: string): Promise<{ value: string; revision: number } | null> {
    const subject = this.subjectOf(key);
    try {
      const raw = await readOne(this.link, `KV_${this.bucket}`, { last_by_subj: subject });
      return raw && { value: utf8.decode(raw.data), revision: raw.sequence };
    } catch (error) {
      throw asPortError(error, `get ${key} from ${this.bucket}`, subject);
    }
  }

  create(key: string, value: string): Promise<{ revision: number } | null> {
    return this.put(key, value, 0);
  }

  update(key: string, value: string, revision: number): Promise<{ revision: number } | null> {
    return this.put(key, value, revision);
  }

  private async put(key: string, value: string, last: number) {
    const head = headers();
    head.set('Nats-Expected-Stream', `KV_${this.bucket}`);
    head.set('Nats-Expected-Last-Subject-Sequence', String(last));
    const id = crypto.randomUUID();
    head.set('Nats-Msg-Id', id);
    const subject = this.subjectOf(key);
    try {
      const message = { subject: this.writtenTo(subject), body: value, headers: head };
      const findStored = (): Promise<number | null> => this.revisionOf(subject, id);
      const { sequence } = await appendOne(this.link, message, { findStored });
      return { revision: sequence };
    } catch (error) {
      if (error instanceof WrongSequenceError) return null;
      throw error;
    }
  }

  private async revisionOf(subject: string, id: string): Promise<number | null> {
    const raw = await readOne(this.link, `KV_${this.bucket}`, { last_by_subj: subject });
    return raw?.headers?.get('Nats-Msg-Id') === id ? raw.sequence : null;
  }

  /** Between domains a server passes on what is said to its API, and keeps `$KV` to itself. */
  private writtenTo(subject: string): string {
    return this.link.settings.jetStreamDomain === null ? subject : this.link.apiSubject(subject);
  }

  private subjectOf(key: string): string {
    if (!KEY.test(key) || key.startsWith('.') || key.endsWith('.') || key.includes('..')) {
      throw new TypeError(
        `the key "${key}" must be 1-200 of a-z A-Z 0-9 - / _ = . with no empty part`,
      );
    }
    return `$KV.${this.bucket}.${key}`;
  }
}
