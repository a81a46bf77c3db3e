import { ConfigError, loadConfig } from '#platform';
import { EvaluatorConfig } from './evaluator.config.js';

const load = (more: Record<string, string>) =>
  loadConfig(EvaluatorConfig, {
    ESTOP_NATS_URL: 'nats://127.0.0.1:4222',
    ESTOP_DATA_DIR: '/var/lib/estop',
    ...more,
  });

describe('the configuration of an evaluator', () => {
  it('evaluates all agents where nothing else is said', () =>
    expect(load({})).toMatchObject({ partition: { index: 1, of: 1 }, port: 0 }));

  it('takes a share of them', () =>
    expect(load({ ESTOP_PARTITION: '2/3' }).partition).toEqual({ index: 2, of: 3 }));

  it.each(['0/1', '2', '3/2', '1/65', 'a/b', '-1/2', '1/2/3'])('refuses the share %s', (text) =>
    expect(() => load({ ESTOP_PARTITION: text })).toThrow(ConfigError),
  );

  it('names every field that is missing or unknown', () => {
    expect(() => loadConfig(EvaluatorConfig, { ESTOP_PARTITON: '1/2' })).toThrow(
      /ESTOP_NATS_URL[^]*ESTOP_DATA_DIR|ESTOP_DATA_DIR[^]*ESTOP_NATS_URL/,
    );
    expect(() => load({ ESTOP_PARTITON: '1/2' })).toThrow(/ESTOP_PARTITON/);
  });
});
