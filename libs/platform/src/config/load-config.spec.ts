import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { commaList, flag, wholeNumber } from './config-fields.js';
import { loadConfig, type Environment } from './load-config.js';

const Settings = z.strictObject({
  natsUrl: z.url().describe('the NATS server'),
  port: wholeNumber(0, 65_535).default(4600).describe('the port to listen on'),
  json: flag().default(false).describe('machine-readable output'),
  regions: commaList().default(['local']).describe('the regions to run'),
  adminKey: z.string().min(8).optional().describe('the first key').meta({ secret: true }),
});

const failure = (env: Environment): ConfigError => {
  try {
    loadConfig(Settings, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('expected a ConfigError');
};

describe('loadConfig', () => {
  it('reads fields from variables, with defaults', () => {
    const env = {
      ESTOP_NATS_URL: 'nats://h:4222',
      ESTOP_PORT: '0',
      ESTOP_REGIONS: 'us-east, eu-west,',
      PATH: '/bin',
    };
    expect(loadConfig(Settings, env)).toEqual({
      natsUrl: 'nats://h:4222',
      port: 0,
      json: false,
      regions: ['us-east', 'eu-west'],
    });
  });

  it('takes an empty variable as none', () => {
    expect(loadConfig(Settings, { ESTOP_NATS_URL: 'nats://h', ESTOP_PORT: '' }).port).toBe(4600);
  });

  it('lists every bad field and every unknown variable at once', () => {
    const error = failure({ ESTOP_PORT: '70000', ESTOP_JSON: 'yes', ESTOP_NAST_URL: 'nats://h' });
    expect(error.fields.map(({ name }) => name).sort()).toEqual([
      'ESTOP_JSON',
      'ESTOP_NAST_URL',
      'ESTOP_NATS_URL',
      'ESTOP_PORT',
    ]);
    expect(error.message).toContain('ESTOP_NATS_URL: is required (the NATS server)');
    expect(error.message).toContain('ESTOP_PORT: must be from 0 to 65535');
  });

  it('refuses an unknown variable even when all fields are good', () => {
    const error = failure({ ESTOP_NATS_URL: 'nats://h', ESTOP_PROT: '1' });
    expect(error.fields).toHaveLength(1);
  });

  it('never repeats a value, which may be a secret', () => {
    const error = failure({ ESTOP_NATS_URL: 'nats://h', ESTOP_ADMIN_KEY: 'hunter2' });
    expect(error.message).toContain('ESTOP_ADMIN_KEY');
    expect(error.message).not.toContain('hunter2');
  });
});
