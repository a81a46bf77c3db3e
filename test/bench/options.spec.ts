import { readOptions } from './options.js';

const all = ['verdict', 'kill', 'fences'] as const;

describe('The options of the bench', () => {
  it('choose everything unless some are named', () => {
    expect(readOptions([], all)).toEqual({
      names: ['verdict', 'kill', 'fences'],
      ...{ rounds: null, minutes: null, show: 'text' },
    });
    expect(readOptions(['--only', 'fences,kill'], all).names).toEqual(['fences', 'kill']);
  });
  it('take a number of rounds and a duration', () =>
    expect(readOptions(['--rounds', '61', '--minutes', '0.5', '--markdown'], all)).toMatchObject({
      ...{ rounds: 61, minutes: 0.5, show: 'markdown' },
    }));
  it.each([
    [['--only', 'speed'], /--only knows verdict, kill, fences, not "speed"/],
    [['--rounds', '0'], /--rounds must be a number from 1/],
    [['--rounds', '2.5'], /whole number/],
    [['--minutes', ''], /--minutes must be a number/],
    [['--json', '--markdown'], /exclude each other/],
    [['--fast'], /--fast/],
  ])('refuse %j and say what is known', (args, message) =>
    expect(() => readOptions(args, all)).toThrow(message),
  );
});
