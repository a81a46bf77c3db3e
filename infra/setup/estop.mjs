#!/usr/bin/env node
// The `estop` command: `estop up` starts the standing mesh, everything else is the command line client.
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { environment, guarded, launch, root } from './launch.mjs';
import { runChild } from './steps/child.mjs';
import { prepare } from './steps/prepare.mjs';

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [command, ...args] = process.argv.slice(2);
  await guarded(async () => {
    if (command === 'up') return launch('start', args);
    const { node } = await prepare(root, { nats: false, postgres: false });
    const cli = join(root, 'dist', 'apps', 'cli', 'src', 'main.js');
    return runChild(node, [cli, ...process.argv.slice(2)], environment(null));
  });
}
