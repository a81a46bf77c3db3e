import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { rotateKeys } from '#contracts';
import { ApiProblem } from '#platform';
import { Control } from '../control/control.js';

type Body = z.infer<typeof rotateKeys.body>;
export type RotatedKeys = z.infer<typeof rotateKeys.response>;

interface Signer {
  readonly kind: 'gateway' | 'node';
  readonly id: string;
  readonly keyId: string | null;
}

/** Until its new key must be in the log, milliseconds. */
const ROTATED_WITHIN_MS = 5_000;

/** Lets gateways and control nodes sign with new keys. */
@Injectable()
export class KeyRotations {
  constructor(private readonly control: Control) {}

  /** @throws ApiProblem `not_found` for who is no member, `log_unavailable` */
  async rotate(body: Body): Promise<RotatedKeys> {
    await this.control.barrier();
    const signers = this.named(body);
    const rotations = await Promise.all(signers.map((signer) => this.one(signer)));
    const rotated = rotations.flatMap(({ rotated: done }) => (done === null ? [] : [done]));
    const failed = rotations.flatMap(({ failed: not }) => (not === null ? [] : [not]));
    return { ok: true, rotated, failed };
  }

  private named({ gateway, node }: Body): Signer[] {
    const all = this.members();
    if (gateway === undefined && node === undefined) return all;
    const kind = gateway === undefined ? 'node' : 'gateway';
    const id = gateway ?? node;
    const found = all.filter((signer) => signer.kind === kind && signer.id === id);
    if (found.length > 0) return found;
    throw new ApiProblem('not_found', `The ${kind} ${id} is no member of the mesh.`);
  }

  private members(): Signer[] {
    const { view } = this.control;
    return [
      ...view.nodes().map(({ node, keyId }) => ({ kind: 'node' as const, id: node, keyId })),
      ...view
        .gateways()
        .map(({ gateway, keyId }) => ({ kind: 'gateway' as const, id: gateway, keyId })),
    ];
  }

  private async one({ kind, id, keyId: before }: Signer) {
    const { node } = this.control.parts;
    node.askToRotate(kind, id);
    const keyId = await this.changed({ kind, id, keyId: before });
    if (keyId !== null) {
      return { rotated: { kind, id, old_key_id: before, key_id: keyId }, failed: null };
    }
    const problem = `No new key of it came to the control log within ${ROTATED_WITHIN_MS} ms: see that it runs, that its disk can be written, and ask again.`;
    return { rotated: null, failed: { kind, id, problem } };
  }

  /** The new key, once it is in the fold; `null`: not in time. */
  private async changed({ kind, id, keyId: before }: Signer): Promise<string | null> {
    const now = (): string | null => {
      const signer = this.members().find((one) => one.kind === kind && one.id === id);
      return signer === undefined || signer.keyId === before ? null : signer.keyId;
    };
    const { log } = this.control.parts;
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        stop();
        resolve(now());
      };
      const stop = log.listen(() => now() !== null && end());
      const timer = setTimeout(end, ROTATED_WITHIN_MS);
      if (now() !== null) end();
    });
  }
}
