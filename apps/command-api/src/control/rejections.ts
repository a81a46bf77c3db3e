import { LINEAGE_MAX } from '#domain';
import { ApiProblem } from '#platform';

type Rejection =
  | 'ALREADY_EXISTS'
  | 'AGENT_UNKNOWN'
  | 'AGENT_REVOKED'
  | 'TAG_HOLDS_STOP'
  | 'PARENT_UNKNOWN'
  | 'PARENT_REVOKED'
  | 'LINEAGE_TOO_LONG'
  | 'KEY_REVOKED'
  | 'KEY_UNKNOWN'
  | 'ORGANIZATION_UNKNOWN'
  | 'WORKSPACE_UNKNOWN';

const unknown = (thing: string): ApiProblem =>
  new ApiProblem('not_found', `${thing} does not exist here.`);

const conflict =
  (why: string) =>
  (thing: string): ApiProblem =>
    new ApiProblem('conflict', `${thing} ${why}`);

const problems: Readonly<Record<Rejection, (thing: string) => ApiProblem>> = {
  ALREADY_EXISTS: (thing) => new ApiProblem('already_exists', `${thing} exists already.`),
  AGENT_REVOKED: conflict('was revoked for good; its name is never given again.'),
  PARENT_REVOKED: conflict(
    'cannot be registered: its parent, or one above that, was revoked for good.',
  ),
  LINEAGE_TOO_LONG: conflict(
    `would have more than ${LINEAGE_MAX} agents above it. Name one higher up as its parent.`,
  ),
  KEY_REVOKED: conflict('was revoked; issue a new one instead.'),
  TAG_HOLDS_STOP: (thing) =>
    new ApiProblem(
      'tag_holds_stop',
      `${thing} is held by a stop through a tag that would go. Lift the stop first.`,
    ),
  AGENT_UNKNOWN: unknown,
  PARENT_UNKNOWN: unknown,
  KEY_UNKNOWN: unknown,
  ORGANIZATION_UNKNOWN: unknown,
  WORKSPACE_UNKNOWN: unknown,
};

/** What a decider's refusal is called in the API. `thing` names what was asked for, as in "The agent …". */
export const rejected = (rejection: Rejection, thing: string): ApiProblem =>
  problems[rejection](thing);
