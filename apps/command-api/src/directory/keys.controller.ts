import { Controller } from '@nestjs/common';
import { createKey, listKeys, revokeKey } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import {
  OperatorKeys,
  type CreatedKey,
  type ListedKeys,
  type RevokedKey,
} from './operator-keys.js';

@Controller()
export class KeysController {
  constructor(private readonly keys: OperatorKeys) {}

  @Endpoint(createKey)
  create(call: Call<typeof createKey>): Promise<CreatedKey> {
    return this.keys.create(callerOf(call), call.body);
  }

  @Endpoint(listKeys)
  list(call: Call<typeof listKeys>): Promise<ListedKeys> {
    return this.keys.list(callerOf(call), call.query);
  }

  @Endpoint(revokeKey)
  revoke(call: Call<typeof revokeKey>): Promise<RevokedKey> {
    return this.keys.revoke(callerOf(call), call.params.key_id, call.body.reason ?? null);
  }
}
