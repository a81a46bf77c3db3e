import { sharesOf, type CpuProfile } from './profile.js';

const frame = (id: number, functionName: string, url: string, children: number[] = []) => ({
  ...{ id, children },
  callFrame: { functionName, url },
});

const profile: CpuProfile = {
  nodes: [
    frame(1, '(root)', '', [2, 6, 7]),
    frame(2, 'step', 'file:///node.js', [3, 5]),
    frame(3, 'sign', 'file:///signing-key.js', [4]),
    frame(4, 'signOneShot', ''),
    frame(5, 'map', ''),
    frame(6, '(idle)', ''),
    frame(7, '(garbage collector)', ''),
  ],
  samples: [4, 3, 5, 6, 7],
  timeDeltas: [40, 20, 30, 9000, 10],
};

describe('A profile', () => {
  it('gives the time of an inner frame to the nearest subject around it, and leaves idle time out', () =>
    expect(
      sharesOf(profile, [
        { name: 'signing', url: /signing-key/, functions: /^sign$/ },
        { name: 'the protocol', url: /node\.js$/ },
      ]),
    ).toEqual([
      ['signing', 0.6],
      ['the protocol', 0.3],
      ['collecting garbage', 0.1],
    ]));
  it('tells of its last part alone, if asked', () =>
    expect(sharesOf(profile, [], 0.005)).toEqual([['collecting garbage', 1]]));
  it('keeps what belongs nowhere together', () =>
    expect(sharesOf(profile, [])).toEqual([
      ['anything else', 0.9],
      ['collecting garbage', 0.1],
    ]));
});
