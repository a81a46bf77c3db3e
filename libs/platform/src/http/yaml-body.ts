import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { parseDocument } from 'yaml';
import { ApiProblem } from './api-problem.js';
import { refuseDepth } from './json-body.js';

const YAML_TYPE = /^ *(?:application|text)\/(?:x-)?yaml *(?:;|$)/i;
/** An alias repeats what it stands for: few letters could become a great deal. */
const ALIASES_MAX = 100;
const MISTAKE_MAX = 300;

export const isYaml = ({ 'content-type': type }: IncomingHttpHeaders): boolean =>
  type !== undefined && YAML_TYPE.test(type);

/** What a person wrote, as the JSON that it means. @throws ApiProblem `malformed_request` that names the line */
export const readYamlBody = (bytes: Buffer): unknown => {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new ApiProblem('malformed_request', 'The body is not valid UTF-8.');
  const value = valueOf(bytes.toString('utf8'));
  refuseDepth(value);
  return value;
};

const valueOf = (text: string): unknown => {
  try {
    const document = parseDocument(text, { prettyErrors: true });
    const [mistake] = document.errors;
    if (mistake) throw mistake;
    // Through JSON, so that nothing is in it that JSON could not say.
    return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: ALIASES_MAX }) ?? null));
  } catch (error) {
    const said = (error as Error).message.split('\n')[0] ?? '';
    const detail = `The body is not valid YAML: ${said.slice(0, MISTAKE_MAX)}`;
    throw new ApiProblem('malformed_request', detail);
  }
};
