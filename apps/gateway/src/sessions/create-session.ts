import {
  SESSION_DEPTH_MAX,
  type createSession,
  type Namespace,
  type SessionFact,
  type SessionId,
} from '#contracts';
import { ancestorsBelow, type Session } from '#domain';
import { invalidFields, toTimestamp, type Call, type Ids } from '#platform';
import type { Gate } from '../gate/gate.js';
import { senderOf } from '../gate/destination.js';
import { recording, sendingFor } from './session-calls.js';
import type { NamedSession, SessionGate } from './session-gate.js';
import type { SessionLog } from './session-log.js';
import { limitsOf, limitsView } from './session-views.js';

type CreateCall = Call<typeof createSession>;
type Started = Extract<SessionFact, { type: 'SessionStarted' }>;

export interface CreateSessionOptions {
  readonly gate: Gate;
  readonly ids: Ids;
  readonly log: SessionLog;
  readonly sessions: SessionGate;
}

/** Begins sessions: in the caller's own workspace, below another session or on their own. */
export class CreateSession {
  constructor(private readonly options: CreateSessionOptions) {}

  async handle(call: CreateCall) {
    const { gate, log } = this.options;
    const { principal } = call;
    const parent = await this.parentOf(call);
    const { org, workspace } = principal;
    const fact = this.factOf(call, parent);
    const sending = sendingFor(gate, 'sessions.create', { call, ...(parent && { named: parent }) });
    const about = recording(call, { org, workspace });
    const { session } = await log.begin(fact, { about, sending });
    return {
      ok: true,
      session_id: session.sessionId,
      status: 'ACTIVE',
      created_at: toTimestamp(session.startedAtMs),
      expires_at: toTimestamp(session.expiresAtMs),
      limits: limitsView(session.limits),
    };
  }

  /** @throws ApiProblem for a parent that is over, elsewhere, or too deep already */
  private async parentOf({ principal, body }: CreateCall): Promise<NamedSession | null> {
    const id = body.parent_session_id ?? null;
    if (id === null) return null;
    const named = await this.options.sessions.lasting(principal, id);
    const { org, workspace, session } = named.found;
    if (org !== principal.org || workspace !== principal.workspace) {
      throw wrongParent(`is a session of ${org}/${workspace}; name one of your own workspace`);
    }
    if (session.ancestors.length >= SESSION_DEPTH_MAX) {
      throw wrongParent(`has ${SESSION_DEPTH_MAX} sessions above it already; begin higher up`);
    }
    return named;
  }

  private factOf({ principal, body }: CreateCall, parent: NamedSession | null): Started {
    return {
      type: 'SessionStarted',
      data: {
        sessionId: this.options.ids.uuid() as SessionId,
        namespace: `${principal.org}/${principal.workspace}` as Namespace,
        owner: senderOf(principal),
        sessionType: body.type ?? null,
        projectId: body.project_id ?? null,
        dependsOn: body.depends_on ?? [],
        metadata: body.metadata ?? {},
        limits: limitsOf(body.limits),
        ...placeBelow(parent?.found.session ?? null),
      },
    };
  }
}

/** What a session has of the one above it. */
const placeBelow = (
  above: Session | null,
): Pick<Started['data'], 'parent' | 'ancestors' | 'notAfter'> =>
  above === null
    ? { parent: null, ancestors: [], notAfter: null }
    : {
        parent: above.sessionId,
        ancestors: ancestorsBelow(above),
        notAfter: toTimestamp(above.expiresAtMs),
      };

const wrongParent = (message: string) =>
  invalidFields([{ in: 'body', path: 'parent_session_id', message }]);
