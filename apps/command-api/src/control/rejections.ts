import { ApiProblem } from '#platform';

type Rejection =
  | 'ALREADY_EXISTS'
  | 'AGENT_UNKNOWN'
  | 'AGENT_REVOKED'
  | 'TAG_HOLDS_STOP'
  | 'KEY_UNKNOWN'
  | 'ORGANIZATION_UNKNOWN'
  | 'WORKSPACE_UNKNOWN';

/** What a decider's refusal is called in the API. `thing` names what was asked for, as in "The agent …". */
export const rejected = (rejection: Rejection, thing: string): ApiProblem => {
  switch (rejection) {
    case 'ALREADY_EXISTS':
      return new ApiProblem('already_exists', `${thing} exists already.`);
    case 'AGENT_REVOKED':
      return new ApiProblem(
        'conflict',
        `${thing} was revoked for good; its name is never given again.`,
      );
    case 'TAG_HOLDS_STOP':
      return new ApiProblem(
        'tag_holds_stop',
        `${thing} is held by a stop through a tag that would go. Lift the stop first.`,
      );
    case 'AGENT_UNKNOWN':
    case 'KEY_UNKNOWN':
    case 'ORGANIZATION_UNKNOWN':
    case 'WORKSPACE_UNKNOWN':
      return new ApiProblem('not_found', `${thing} does not exist here.`);
  }
};
