const CRLF = '\r\n';

const request = (line: string, headers: readonly string[], body: string): string =>
  [
    `${line} HTTP/1.1`,
    'host: 127.0.0.1',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
    '',
    body,
  ].join(CRLF);

const JSON_BODY = 'content-type: application/json';
const KILL = 'POST /v1/mesh/agents/agent%3A%2F%2Facme%2Fproduction%2Fnobody/kill';
const DEEP = 200;

/** What a stranger sends to a command API: nothing of it is a command that anybody may give. */
export const junk: readonly string[] = [
  request(KILL, [JSON_BODY], '{}'),
  request(KILL, [JSON_BODY, 'x-api-key: estop_op_aaaaaaaaaaaaaaaa_junk'], '{}'),
  request(KILL, [JSON_BODY, `x-api-key: estop_op_${'a'.repeat(16)}_${'0'.repeat(64)}`], '{}'),
  request('POST /v1/mesh/stops', [JSON_BODY], '{"mode":'),
  request('POST /v1/mesh/stops', [JSON_BODY], `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`),
  request('POST /v1/mesh/stops', ['content-type: text/plain'], 'x'.repeat(20_000)),
  request('GET /v1/mesh/agents?limit=999999999', [], ''),
  request('GET /wp-admin/setup.php', [], ''),
  request('DELETE /v1/mesh/stops/%00', [], ''),
];
