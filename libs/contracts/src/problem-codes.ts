/**
 * Every code an error of the API can carry, with its HTTP status and whether the same request may succeed later.
 * Codes are stable: programs match on them. Messages are for people and may change.
 */
export const problemCodes = {
  malformed_request: { status: 400, retryable: false, title: 'The request cannot be read' },
  unauthenticated: { status: 401, retryable: false, title: 'No valid key' },
  key_revoked: { status: 401, retryable: false, title: 'The key was revoked' },
  key_expired: { status: 401, retryable: false, title: 'The key has expired' },
  forbidden: { status: 403, retryable: false, title: 'Not allowed' },
  agent_killed: { status: 403, retryable: false, title: 'The agent is stopped: halt' },
  agent_paused: { status: 403, retryable: false, title: 'The agent is stopped: pause' },
  agent_quarantined: { status: 403, retryable: false, title: 'The agent is stopped: quarantine' },
  agent_draining: { status: 403, retryable: false, title: 'The agent is stopped: drain' },
  not_found: { status: 404, retryable: false, title: 'Not found' },
  method_not_allowed: { status: 405, retryable: false, title: 'Method not allowed' },
  conflict: { status: 409, retryable: false, title: 'Conflict' },
  already_exists: { status: 409, retryable: false, title: 'It exists already' },
  already_ended: { status: 409, retryable: false, title: 'The intent has ended already' },
  held_by_wider_stop: { status: 409, retryable: false, title: 'A wider stop holds this agent' },
  tag_holds_stop: { status: 409, retryable: false, title: 'A stop holds the agent by this tag' },
  plan_changed: { status: 409, retryable: false, title: 'The match has changed since the plan' },
  generation_changed: { status: 409, retryable: true, title: 'The policy has changed meanwhile' },
  idempotency_conflict: {
    status: 409,
    retryable: false,
    title: 'The idempotency key was used for another request',
  },
  idempotency_in_progress: {
    status: 409,
    retryable: true,
    title: 'The first request with this key is still running',
  },
  payload_too_large: { status: 413, retryable: false, title: 'Too large' },
  unsupported_media_type: { status: 415, retryable: false, title: 'Not JSON' },
  invalid_field: { status: 422, retryable: false, title: 'A field is not as it must be' },
  root_cause_required: {
    status: 422,
    retryable: false,
    title: 'A quarantine needs its root cause',
  },
  reason_required: { status: 422, retryable: false, title: 'A reason is needed' },
  unknown_currency: { status: 422, retryable: false, title: 'No cap knows this currency' },
  confirmation_required: {
    status: 422,
    retryable: false,
    title: 'So wide a reach must be confirmed by its name',
  },
  session_ended: { status: 409, retryable: false, title: 'The session has ended' },
  session_expired: { status: 403, retryable: false, title: 'The session is over its limits' },
  session_killed: { status: 403, retryable: false, title: 'The session was stopped' },
  policy_blocked: { status: 429, retryable: true, title: 'A policy does not allow it' },
  budget_exceeded: { status: 429, retryable: true, title: 'It would exceed a cap' },
  authorization_ended: { status: 409, retryable: false, title: 'The authorization has ended' },
  backlog_full: { status: 429, retryable: true, title: 'The backlog of the receiver is full' },
  too_many_streams: { status: 429, retryable: true, title: 'Too many open streams' },
  internal_error: { status: 500, retryable: true, title: 'Something broke here' },
  gateway_fenced: { status: 503, retryable: true, title: 'The gateway cannot prove its state' },
  log_unavailable: { status: 503, retryable: true, title: 'The control log cannot be reached' },
  read_model_unavailable: {
    status: 503,
    retryable: true,
    title: 'The read model cannot be reached',
  },
  ledger_unavailable: {
    status: 503,
    retryable: true,
    title: 'What is left under the cap cannot be known',
  },
  evaluator_unavailable: {
    status: 503,
    retryable: true,
    title: 'No policy evaluator can be reached',
  },
  notifier_unavailable: { status: 503, retryable: true, title: 'The notifier cannot be reached' },
  command_api_unavailable: { status: 503, retryable: true, title: 'No command API can be reached' },
} as const;

export type ProblemCode = keyof typeof problemCodes;
