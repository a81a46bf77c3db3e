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
  timeDeltas: [40, 20, 20, 9000, 20],
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
      ['the protocol', 0.2],
      ['collecting garbage', 0.2],
    ]));
  it('keeps what belongs nowhere together', () =>
    expect(sharesOf(profile, [])).toEqual([
      ['anything else', 0.8],
      ['collecting garbage', 0.2],
    ]));
});
