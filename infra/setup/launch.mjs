#!/usr/bin/env node
// What the npm scripts run: makes the checkout ready, then runs the program with the Node that comes along.
// No dependencies, Node.js 20.
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endOnSignal, runChild } from './steps/child.mjs';
import { Failure, systemFailure } from './steps/failure.mjs';
import { prepare } from './steps/prepare.mjs';
import { runTests } from './steps/tests.mjs';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const endsWithUs = ['--import', join(root, 'infra', 'setup', 'end-with-launcher.mjs')];
const built = (...path) => join(root, 'dist', ...path);

const programs = {
  start: { file: built('apps', 'standalone', 'src', 'main.js'), nodeArgs: [] },
  demo: { file: built('apps', 'demo', 'src', 'main.js'), nodeArgs: endsWithUs },
  bench: { file: built('test', 'bench', 'main.js'), nodeArgs: endsWithUs },
  simulate: {
    file: built('test', 'simulation', 'main.js'),
    nodeArgs: endsWithUs,
    needs: { nats: false, postgres: false },
  },
  'simulate-mutants': {
    file: built('test', 'simulation', 'mutants', 'main.js'),
    nodeArgs: endsWithUs,
    needs: { nats: false, postgres: false },
  },
  'simulate-budgets': {
    file: built('test', 'budget-simulation', 'main.js'),
    nodeArgs: endsWithUs,
    needs: { nats: false, postgres: false },
  },
  'fault-lab': {
    file: built('test', 'fault-lab', 'main.js'),
    nodeArgs: ['--enable-source-maps'],
  },
};

/** Servers that the user runs already need no embedded ones. */
const needs = (args) => {
  const given = (flag, variable) =>
    args.some((arg) => arg === flag || arg.startsWith(`${flag}=`)) ||
    process.env[variable] !== undefined;
  return {
    nats: !given('--nats-url', 'ESTOP_NATS_URL'),
    postgres: !given('--database-url', 'ESTOP_DATABASE_URL'),
  };
};

/** The environment of the program: it finds the nats-server that the set-up found. */
export const environment = (natsServer) =>
  natsServer === null ? process.env : { ...process.env, NATS_SERVER_BIN: natsServer };

export const launch = async (name, args) => {
  const program = programs[name];
  if (name !== 'test' && program === undefined) {
    const names = [...Object.keys(programs), 'test'].join(', ');
    throw new Failure(
      name === undefined ? 'no program is named' : `there is no program ${name}`,
      `name one of ${names}`,
    );
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(readFileSync(join(root, 'infra', 'setup', 'help', `${name}.txt`), 'utf8'));
    return 0;
  }
  if (name === 'test') return runTests(root, args, endsWithUs, environment);
  const { node, natsServer } = await prepare(root, program.needs ?? needs(args));
  return runChild(node, [...program.nodeArgs, program.file, ...args], environment(natsServer));
};

/** Runs to the end of the process; failures are told in two lines. */
export const guarded = async (work) => {
  endOnSignal();
  try {
    process.exitCode = await work();
  } catch (error) {
    const { message, cure } = systemFailure(error);
    process.stderr.write(`estop: ${message}\n  cure: ${cure}\n`);
    process.exitCode = 1;
  }
  process.exit();
};

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [name, ...args] = process.argv.slice(2);
  await guarded(() => launch(name, args));
}
