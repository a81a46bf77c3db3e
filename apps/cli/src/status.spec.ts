import { commandLine, jsonAnswer, type FakeAnswer } from '#testing';
import { commands } from './commands.js';
import { doctor, meshStatus } from './mesh.fixture.js';
import { env } from './order.fixture.js';
import { run } from './run.js';

const problem = (message: string, severity = 'critical') => ({
  ...{ severity, code: 'canary_old', message, cure: 'Run a drill.' },
});
const answering =
  (status: object): FakeAnswer =>
  ({ path }) => {
    const answers: Record<string, object> = {
      '/v1/mesh/status': status,
      '/v1/mesh/gateways': { ok: true, position: 4711, gateways: doctor.gateways },
      '/v1/mesh/stops': { ok: true, orders: [], next_cursor: null },
    };
    const [asked = ''] = path.split('?');
    const fleet = { ok: true, agents: [], summary: {}, next_cursor: null };
    return jsonAnswer(answers[asked] ?? fleet);
  };
const estop = commandLine((line, terminal) => run(line, { commands, terminal }), {
  answer: answering(meshStatus),
  env,
});

describe('status', () => {
  it('begins with one green line while nothing is wrong', async () => {
    const { out, code } = await estop(['status']);
    expect(code).toBe(0);
    expect(out).toMatch(/^GREEN {2}a stop could be proven now\n\n/);
    expect(out).not.toContain('estop doctor');
    expect(out).toContain('us-east-1');
  });

  it('is red, with the first problems, while a stop may not be proven', async () => {
    const problems = ['one', 'two', 'three', 'four'].map((what) => problem(`canary ${what}`));
    const red = { ...meshStatus, ok: false, status: 'red', problems };
    const { out } = await estop(['status'], { answer: answering(red), colours: true });
    expect(out).toContain(
      '\u001b[31mRED  a stop may not be proven now: 4 critical problems\u001b[39m',
    );
    expect(out).toContain('  CRITICAL  canary three\n  and 1 more\n  What to do: estop doctor');
    expect(out).not.toContain('canary four');
  });

  it.each([
    ['with a warning', { problems: [problem('spare', 'warning')] }, /^YELLOW .* with 1 warning\n/],
    [
      'where a region is not armed',
      { regions: [{ region: 'eu-west', armed: false }] },
      /^YELLOW {2}not armed: eu-west\n/,
    ],
  ])('is yellow %s', async (_where, change, line) => {
    const yellow = { ...meshStatus, status: 'yellow', ...change };
    expect((await estop(['status'], { answer: answering(yellow) })).out).toMatch(line);
  });

  it('is one object for programs', async () => {
    const { out } = await estop(['status', '--json']);
    expect(JSON.parse(out)).toMatchObject({ ok: true, status: meshStatus, position: 4711 });
  });
});
