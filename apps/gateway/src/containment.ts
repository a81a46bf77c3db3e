import { StopMode } from '#contracts';
import {
  DamagedDataError,
  GatewayShell,
  IdentityFile,
  warmUp,
  type GatewayHandlers,
  type GatewayShellOptions,
} from '#containment';
import { ConfigError, LockedError } from '#platform';

export interface ContainmentOptions extends Omit<
  GatewayShellOptions,
  'identity' | 'modes' | 'handlers'
> {
  readonly handlers: GatewayHandlers;
  /** A gateway of an older build has fewer: it gets no lease while an order with a mode that it lacks stands. */
  readonly modes: readonly StopMode[] | undefined;
}

/**
 * Opens what this gateway keeps on its disk, and the protocol's shell over it. @throws ConfigError when the directory
 * cannot be used, DamagedDataError when what it holds cannot
 */
export const openContainment = async (options: ContainmentOptions): Promise<GatewayShell> => {
  const identity = await openIdentity(options);
  warmUp();
  return GatewayShell.open({ ...options, identity, modes: options.modes ?? StopMode.options });
};

const openIdentity = async ({ directory, gateway }: ContainmentOptions): Promise<IdentityFile> => {
  const identity = await IdentityFile.open(directory, () => gateway).catch((error: unknown) => {
    if (error instanceof DamagedDataError || error instanceof LockedError) throw error;
    throw unusable(directory, (error as Error).message, 'name a directory that it may write');
  });
  if (identity.id === gateway) return identity;
  identity.release();
  const why = `it belongs to the gateway ${identity.id}`;
  throw unusable(directory, why, `give ${gateway} a directory of its own`);
};

const unusable = (directory: string, why: string, cure: string): ConfigError =>
  new ConfigError([
    { name: 'ESTOP_DATA_DIR', problem: `${directory} cannot be used: ${why}`, meaning: cure },
  ]);
