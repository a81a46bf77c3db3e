import { EchoAppends } from './echo-appends.js';
import { LogCursor } from './log-cursor.js';
import { LogIdentity } from './log-identity.js';
import { Membership } from './membership.js';
import { Readiness } from './readiness.js';
import { RecentEvents } from './recent-events.js';
import { Silence } from './silence.js';

interface Reader {
  readonly node: string;
  readonly process: string;
}

/** All that one reading of the log has given a node: it is worth nothing for another log. */
export class NodeReading {
  readonly cursor = new LogCursor();
  readonly membership = new Membership();
  readonly recent = new RecentEvents();
  readonly silence = new Silence();
  readonly readiness: Readiness;

  private constructor(
    private readonly of: Reader,
    readonly identity: LogIdentity,
    readonly appends: EchoAppends,
  ) {
    this.readiness = new Readiness(of.node);
  }

  static first(of: Reader & { readonly incarnation: string | null }): NodeReading {
    return new NodeReading(of, new LogIdentity(of.incarnation), new EchoAppends(of));
  }

  /** From the first event on. */
  anew(identity: LogIdentity): NodeReading {
    return new NodeReading(this.of, identity, this.appends.startedOver());
  }
}
