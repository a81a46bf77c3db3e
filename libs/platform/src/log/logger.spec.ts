import { createLogger, type Logger } from './logger.js';

const KEY = `estop_op_abcdefgh01234567_${'f'.repeat(64)}`;

const logged = (write: (log: Logger) => void): string => {
  let text = '';
  const destination = { write: (line: string) => void (text += line) };
  write(
    createLogger({ service: 'gateway', level: 'debug', fields: { gateway: 'g1' }, destination }),
  );
  return text;
};

describe('the log', () => {
  it('writes one JSON object a line, with service and level', () => {
    const line = JSON.parse(logged((log) => log.info({ order: 'o' }, 'stopped'))) as object;
    expect(line).toMatchObject({
      service: 'gateway',
      gateway: 'g1',
      level: 'info',
      order: 'o',
      msg: 'stopped',
    });
  });

  it.each<[string, (log: Logger) => void]>([
    ['in the message', (log) => log.info(`key ${KEY} used`)],
    ['in a field of any name', (log) => log.info({ odd: { deep: { deeper: { x: KEY } } } }, 'x')],
    [
      'in a header',
      (log) => log.info({ headers: { authorization: `Bearer ${KEY}`, 'x-api-key': KEY } }, 'x'),
    ],
    ['in an error', (log) => log.error({ err: new Error(`bad ${KEY}`) }, 'failed')],
    ['in a cut key', (log) => log.info(KEY.slice(0, 60))],
  ])('holds no key: %s', (_where, write) => {
    const text = logged(write);
    expect(text).not.toContain('ffff');
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it('holds no foreign bearer token and no password of a URL', () => {
    const text = logged((log) =>
      log.warn(
        {
          url: 'postgres://estop:hunter2@db/estop',
          note: 'Authorization: Bearer eyJhbGciOiJIUzI1',
        },
        'x',
      ),
    );
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('eyJhbGciOiJIUzI1');
    expect(text).toContain('postgres://estop:***@db/estop');
  });

  it('holds no field that is named like a secret', () => {
    const text = logged((log) =>
      log.info({ token: 't0p', key: { secret: 's3cret', password: 'pw123' } }, 'x'),
    );
    for (const secret of ['t0p', 's3cret', 'pw123']) expect(text).not.toContain(secret);
  });

  it('keeps the id of a key, to say which it was', () => {
    expect(logged((log) => log.info(KEY))).toContain('estop_op_abcdefgh01234567_***');
  });
});
