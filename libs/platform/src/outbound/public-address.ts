import { BlockList, isIP } from 'node:net';

/** Special addresses of IPv4 (IANA's registry), and what clouds answer their machines on. */
const SPECIAL_V4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['168.63.129.16', 32],
];

/** Of IPv6 only global unicast is public, and of that not these: special uses, documentation, 6to4, which wraps IPv4. */
const GLOBAL_V6 = ['2000::', 3] as const;
const SPECIAL_V6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];
/** A translator turns these into the IPv4 address at their end. */
const NAT64 = ['64:ff9b::', 96] as const;

const special = new BlockList();
for (const [network, prefix] of SPECIAL_V4) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of SPECIAL_V6) special.addSubnet(network, prefix, 'ipv6');
const global = new BlockList();
global.addSubnet(...GLOBAL_V6, 'ipv6');
const translated = new BlockList();
translated.addSubnet(...NAT64, 'ipv6');

/** The eight groups of an IPv6 address, as URL has normalised it. */
const groupsOf = (address: string): number[] => {
  const { hostname } = new URL(`http://[${address}]/`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((g) => parseInt(g, 16)));
  const [before, after] = [groups(head), groups(tail ?? '')];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
};

/** The IPv4 address that an IPv6 address stands for (`::ffff:127.0.0.1`, NAT64), or the address itself. */
export const plainAddress = (address: string): string => {
  if (isIP(address) !== 6 || address.includes('%')) return address;
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped && !translated.check(address, 'ipv6')) return address;
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
};

/** Whether everybody on the internet may be asked there. Anything that is no address is not public. */
export const isPublicAddress = (address: string): boolean => {
  const plain = plainAddress(address);
  switch (isIP(plain)) {
    case 4:
      return !special.check(plain, 'ipv4');
    case 6:
      return !plain.includes('%') && global.check(plain, 'ipv6') && !special.check(plain, 'ipv6');
    default:
      return false;
  }
};
