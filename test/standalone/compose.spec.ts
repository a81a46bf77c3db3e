import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { variableOf } from '#platform';
import { ProjectorConfig } from '../../apps/audit-projector/src/projector.config.js';
import { CommandApiConfig } from '../../apps/command-api/src/command-api.config.js';
import { GatewayConfig } from '../../apps/gateway/src/gateway.config.js';
import { EvaluatorConfig } from '../../apps/policy-evaluator/src/evaluator.config.js';
import { NotifierConfig } from '../../apps/notifier/src/notifier.config.js';
import { ProvisionConfig } from '../../apps/standalone/src/provision.config.js';

const lines = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8').split(
  '\n',
);

const indent = (line: string): number => line.length - line.trimStart().length;

/** A key of the file with everything that is indented below it. */
const block = (head: string): string => {
  const start = lines.findIndex((line) => new RegExp(`^ *${head}:( &|$)`).test(line));
  const depth = indent(lines[start] ?? '');
  const length = lines.slice(start + 1).findIndex((line) => line !== '' && indent(line) <= depth);
  return lines.slice(start, start + 1 + length).join('\n');
};

const variablesIn = (head: string): string[] =>
  [...block(head).matchAll(/\b(ESTOP_[A-Z_]+): /g)].map(([, name]) => name as string);

const nats = variablesIn('x-nats');
const listen = [...nats, ...variablesIn('x-listen')];
const database = variablesIn('x-database');
const isolated = variablesIn('x-isolated');
const keeps = variablesIn('x-keeps');
const secrets = variablesIn('x-secrets');
const knownTo = (schema: z.ZodObject): string[] =>
  Object.keys(schema.shape).map((field) => variableOf(field));

const roles: [string, z.ZodObject, string[]][] = [
  ['gateway-us-east-1', GatewayConfig, [...listen, ...isolated, ...keeps]],
  ['gateway-eu-west-2', GatewayConfig, [...listen, ...isolated, ...keeps]],
  ['command-api-1', CommandApiConfig, [...listen, ...database, ...keeps, ...secrets]],
  ['audit-projector', ProjectorConfig, [...listen, ...database, ...isolated]],
  ['policy-evaluator', EvaluatorConfig, [...listen, ...isolated, ...keeps]],
  ['notifier', NotifierConfig, [...listen, ...isolated, ...keeps, ...secrets]],
  ['provision', ProvisionConfig, nats],
];

it.each(roles)(
  'tells %s only what it reads, and something of its own',
  (service, schema, shared) => {
    const own = variablesIn(service);
    expect(own.length).toBeGreaterThan(0);
    expect(shared.length).toBeGreaterThan(0);
    expect([...shared, ...own].filter((name) => !knownTo(schema).includes(name))).toEqual([]);
  },
);

const users = readFileSync(new URL('../../infra/nats/users.conf', import.meta.url), 'utf8');
const known = [...users.matchAll(/user: "([^"]+)", password: \$([A-Z0-9_]+)/g)];

it('logs in every service as the user who is made for it, with that password, and tells the server all of them', () => {
  const text = lines.join('\n');
  const logins = [...text.matchAll(/ESTOP_NATS_USER: (\S+)\n +ESTOP_NATS_PASSWORD: \$\{(\w+):/g)];
  const pairs = (found: RegExpExecArray[]) => found.map(([, user, variable]) => [user, variable]);
  // Monitoring logs in from outside.
  const ours = known.filter(([, user]) => user !== 'signals');
  expect(pairs(logins).sort()).toEqual(pairs(ours).sort());
  const told = [...block('nats').matchAll(/^ +(ESTOP_NATS_PASSWORD_\w+): /gm)];
  expect(told.map(([, name]) => name).sort()).toEqual(known.map(([, , name]) => name).sort());
});
