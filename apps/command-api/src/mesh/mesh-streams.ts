import type { meshStream } from '#contracts';
import { createMeshStream, type Call, type MeshStream, type MeshStreamOptions } from '#platform';

/** Control events as they happen, for those who watch this node. */
export class MeshStreams {
  private readonly stream: MeshStream;

  constructor(options: MeshStreamOptions) {
    this.stream = createMeshStream(options);
  }

  open({ principal, reply, request }: Call<typeof meshStream>): void {
    const header = request.headers['last-event-id'];
    this.stream.open({ principal, reply, lastEventId: Array.isArray(header) ? header[0] : header });
  }

  close(): void {
    this.stream.close();
  }
}
