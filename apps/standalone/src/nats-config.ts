import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { GatewayId, NamePart, RegionName } from '#contracts';
import { commaList, ConfigError, loadConfig } from '#platform';
import { natsConfigFiles } from './servers/nats-config-files.js';

const Gateway = z
  .string()
  .transform((text) => {
    const [id, region] = text.split('@');
    return { id, region };
  })
  .pipe(z.object({ id: GatewayId, region: RegionName }, 'must look like us-east-1@us-east'));

const Settings = z.strictObject({
  nodes: commaList()
    .pipe(z.array(NamePart).min(1, 'must name at least one command API'))
    .describe('names of the command APIs, as in their ESTOP_NODE_ID'),
  gateways: commaList()
    .pipe(z.array(Gateway).min(1, 'must name at least one gateway'))
    .describe('gateways with their regions: us-east-1@us-east,eu-west-1@eu-west'),
  directory: z.string().min(1).describe('where the files are written'),
});

try {
  const { directory, ...services } = loadConfig(Settings, process.env);
  for (const [name, text] of natsConfigFiles(services)) {
    await writeFile(join(directory, name), text);
    console.log(join(directory, name));
  }
} catch (error) {
  console.error(`nats-config: ${(error as Error).message}`);
  process.exitCode = error instanceof ConfigError ? 2 : 1;
}
