import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { isPublicAddress, plainAddress } from './public-address.js';

/** Where may be called: public addresses, and what the operator allowed besides. */
export interface Targets {
  /** By name, whatever it resolves to. */
  allowsHost(host: string): boolean;
  allowsAddress(address: string): boolean;
}

const HOST =
  /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

interface Subnet {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

const SUBNET = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/;

const subnetOf = (entry: string): Subnet | null => {
  const [, address = '', bits] = SUBNET.exec(entry) ?? [];
  const version = isIP(address);
  if (version === 0) return null;
  const widest = version === 4 ? 32 : 128;
  const prefix = Number(bits ?? widest);
  return prefix > widest ? null : { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
};

const isEntry = (entry: string): boolean =>
  subnetOf(entry) !== null || (HOST.test(entry) && !/^[\d.]+$/.test(entry));

const ENTRY_RULE =
  'must be CIDRs, addresses and host names, for example 10.1.0.0/16,127.0.0.1,hooks.intern.example';

/** `ESTOP_…_ALLOW`: entries separated by commas. */
export const AllowList = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim().toLowerCase())
      .filter((entry) => entry !== ''),
  )
  .pipe(z.array(z.string().refine(isEntry, ENTRY_RULE)).max(1000));

/** @param allowed entries as {@link AllowList} gives them */
export const targetsWith = (allowed: readonly string[]): Targets => {
  const subnets = new BlockList();
  const hosts = new Set<string>();
  for (const entry of allowed) {
    const subnet = subnetOf(entry);
    if (subnet === null) hosts.add(entry);
    else subnets.addSubnet(subnet.address, subnet.prefix, subnet.family);
  }
  return {
    allowsHost: (host) => hosts.has(host.toLowerCase()),
    allowsAddress: (address) => {
      if (isPublicAddress(address)) return true;
      const plain = plainAddress(address);
      const version = isIP(plain);
      return version !== 0 && subnets.check(plain, version === 4 ? 'ipv4' : 'ipv6');
    },
  };
};
