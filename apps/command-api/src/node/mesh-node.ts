import { IdentityFile, NodeShell, warmUp } from '#containment';
import type { ControlEvent } from '#contracts';
import { fenceCountsIn } from '#domain';
import type { EventStore, Messaging, RawLog } from '#event-store';
import {
  createControlLog,
  randomText,
  type Check,
  type Clock,
  type ControlLog,
  type Ids,
  type Logger,
} from '#platform';
import { GatewayRegions } from './gateway-regions.js';
import { SignedStore } from './signed-store.js';

const SUFFIX_LENGTH = 8;

/** The connection of the kill path, and the disk of a control node. */
export interface KillPath {
  /** Keeps the id and the key of this node, and the stops that the log does not have yet. */
  readonly directory: string;
  readonly log: RawLog;
  readonly messaging: Messaging;
}

export interface MeshNodeOptions {
  /** The name that the operator gave. */
  readonly name: string;
  readonly killPath: KillPath;
  /** Over the connection of everything else. */
  readonly store: EventStore<ControlEvent>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  url(): string | null;
  onApplied(): void;
  /** A message or an event that nobody can believe. */
  rejected(what: string): void;
}

/** The control node of this process, with the fold of all that it reads. */
export interface MeshNode {
  readonly shell: NodeShell;
  readonly log: ControlLog;
  /** Signs what it appends. */
  readonly store: EventStore<ControlEvent>;
  readonly identity: IdentityFile;
  readonly regions: GatewayRegions;
}

/** Reads the node's disk; nothing is sent or read before `log.start()`. @throws DamagedDataError */
export const openMeshNode = async (options: MeshNodeOptions): Promise<MeshNode> => {
  const { name, killPath, store, clock, ids, logger } = options;
  const { directory, messaging } = killPath;
  const identity = await IdentityFile.open(directory, () => `${name}-${randomText(SUFFIX_LENGTH)}`);
  const regions = new GatewayRegions();
  warmUp();
  const handlers = {
    ...feedOf(() => log),
    fenceCounts: (...asked: Parameters<ReturnType<typeof fenceCountsIn>>) =>
      fenceCountsIn(log.view)(...asked),
    rejected: (what: string, sequence?: number) => {
      if (sequence !== undefined) log.feed.refused(sequence);
      options.rejected(what);
    },
  };
  const url = (): string | null => options.url();
  const own = { name, identity, directory, log: killPath.log, messaging, url, handlers };
  const shell = await NodeShell.open({ ...own, clock, ids, logger });
  const log: ControlLog = createControlLog({
    source: sourceOf(shell, store),
    log: logger,
    onChange: ({ joined }) => joined && regions.joined(joined),
    onApplied: () => options.onApplied(),
  });
  const isRolledBack = (): boolean => shell.isRolledBack;
  const signed = new SignedStore({ store, identity, isRolledBack });
  return { shell, log, store: signed, identity, regions };
};

const feedOf = (log: () => ControlLog) => ({
  apply: (...[stored]: Parameters<ControlLog['feed']['apply']>) => log().feed.apply(stored),
  enforce: (...[order]: Parameters<ControlLog['feed']['enforce']>) =>
    void log().feed.enforce(order),
  applied: (position: number) => log().feed.applied(position),
  startOver: () => log().feed.startOver(),
});

const sourceOf = (shell: NodeShell, store: EventStore<ControlEvent>) => ({
  start: () => shell.start(),
  connected: () => shell.connected,
  lastSequence: () => store.lastSequence(),
  stop: () => shell.stop(),
});

/** For `/readyz`: a member of the mesh that reads the log, and whose disk takes stops. */
export const nodeCheck = ({ isMember, isRolledBack, spool }: NodeShell): Check => {
  if (isRolledBack) return { ok: false, detail: 'the control log was rolled back: nothing counts' };
  if (!spool.isWritable)
    return { ok: false, detail: 'the spool in ESTOP_DATA_DIR is not writable' };
  if (!isMember) return { ok: false, detail: 'not a member of the mesh yet' };
  return { ok: true, detail: `${spool.pending} stops wait for the control log` };
};
