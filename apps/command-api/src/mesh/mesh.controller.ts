import { Controller } from '@nestjs/common';
import { listGateways, listMeshEvents, meshStream } from '#contracts';
import { Endpoint, type Call } from '#platform';
import { callerOf } from '../control/operator.js';
import { Mesh, type ListedEvents, type ListedGateways } from './mesh.js';
import { MeshStreams } from './mesh-streams.js';

@Controller()
export class MeshController {
  constructor(
    private readonly mesh: Mesh,
    private readonly streams: MeshStreams,
  ) {}

  @Endpoint(listMeshEvents)
  events(call: Call<typeof listMeshEvents>): Promise<ListedEvents> {
    return this.mesh.events(callerOf(call), call.query);
  }

  @Endpoint(listGateways)
  gateways(_call: Call<typeof listGateways>): Promise<ListedGateways> {
    return this.mesh.gateways();
  }

  @Endpoint(meshStream)
  stream(call: Call<typeof meshStream>): void {
    this.streams.open(call);
  }
}
