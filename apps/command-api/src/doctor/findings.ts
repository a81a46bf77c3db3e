import type {
  Finding,
  FindingCode,
  GatewayEntry,
  LogEntryReport,
  NodeEntry,
  RegionEntry,
} from '#contracts';

export interface Examined {
  readonly log: LogEntryReport;
  readonly nodes: readonly NodeEntry[];
  readonly gateways: readonly GatewayEntry[];
  readonly regions: readonly RegionEntry[];
  /** The node that answers. */
  readonly self: {
    readonly isMember: boolean;
    readonly isRolledBack: boolean;
    readonly isWritable: boolean;
    readonly pending: number;
    /** Events of the log that had no effect, since their signer did not sign them. */
    readonly eventsRefused: number;
  };
  /** Canaries older than this are old; `null`: none are stopped. */
  readonly ageSecondsMax: number | null;
}

type Look = (examined: Examined) => Finding[];

const critical = (code: FindingCode, what: string, cure: string): Finding => ({
  ...{ severity: 'critical', code, what, cure },
});
const warning = (code: FindingCode, what: string, cure: string): Finding => ({
  ...{ severity: 'warning', code, what, cure },
});

const ofLog: Look = ({ log, self }) => {
  if (self.isRolledBack) {
    return [
      critical(
        'log_rolled_back',
        'The control log is not the one that this node had read: it was rolled back or replaced',
        'Find out why. After a legitimate restore two operators say so with POST /v1/mesh/log/restored',
      ),
    ];
  }
  if (log.available) return [];
  const cure =
    'Stops take hold by push meanwhile. See that the NATS servers of the hub run and elect a leader';
  return [
    critical(
      'log_unavailable',
      'The control log does not answer: nothing is committed, contained or lifted',
      cure,
    ),
  ];
};

const ofSelf: Look = ({ self }) => [
  ...(self.isWritable
    ? []
    : [
        critical(
          'disk_not_writable',
          'This control node cannot write stops to its disk',
          'Make room in the directory of ESTOP_DATA_DIR, and see that it can be written',
        ),
      ]),
  ...(self.isMember
    ? []
    : [
        critical(
          'node_not_member',
          'The control node that answers is no member of the mesh, so it proves nothing',
          'It joins by itself once it reads the control log; ask another one meanwhile',
        ),
      ]),
  ...(self.pending === 0
    ? []
    : [
        warning(
          'stops_waiting',
          `${self.pending} stops are on the disk of the node that answers, and not in the control log yet`,
          'They are appended by themselves; keep that disk until they are',
        ),
      ]),
  ...(self.eventsRefused === 0
    ? []
    : [
        warning(
          'events_refused',
          `${self.eventsRefused} events of the control log are not signed by who may say them, and have no effect`,
          'The log of this process names their subjects. Find out whose NATS user wrote them, and change its password',
        ),
      ]),
];

const ofNodes: Look = ({ nodes }) => [
  ...nodes
    .filter(({ state }) => state === 'silent')
    .map(({ node }) =>
      warning(
        'node_silent',
        `The control node ${node} is silent`,
        'See that its process runs and reaches NATS; it is removed after 30 s of silence',
      ),
    ),
  ...nodes
    .filter(({ state }) => state === 'starting')
    .map(({ node }) =>
      warning(
        'node_starting',
        `The control node ${node} is starting: it proves stops by receipts alone`,
        'It is ready once every other node knows of it, or after a minute',
      ),
    ),
  ...(nodes.filter(({ state }) => state !== 'silent').length >= 2
    ? []
    : [
        warning(
          'nodes_few',
          'There are fewer than two control nodes: if the last one ends, every gateway is fenced',
          'Run at least two command APIs, better three',
        ),
      ]),
];

const ofGateways: Look = ({ gateways }) => [
  ...(gateways.length > 0
    ? []
    : [
        critical(
          'gateway_missing',
          'No gateway is a member: nothing enforces a stop',
          'Start a gateway in each region',
        ),
      ]),
  ...gateways
    .filter(({ state }) => state === 'silent')
    .map(({ gateway, region }) =>
      critical(
        'gateway_silent',
        `The gateway ${gateway} in ${region} is silent`,
        'It admits nothing without a lease. See that its process runs and reaches NATS',
      ),
    ),
  ...gateways
    .filter(({ state }) => state === 'fenced')
    .map(({ gateway, region }) =>
      critical(
        'gateway_fenced',
        `The gateway ${gateway} in ${region} is fenced: it refuses all traffic with 503`,
        'See that it reaches the control nodes, and that they read the control log',
      ),
    ),
];

const ofRegions: Look = ({ regions, ageSecondsMax }) =>
  ageSecondsMax === null ? [] : regions.flatMap((region) => ofRegion(region, ageSecondsMax));

const ofRegion = (
  { region, arming_age_seconds: age, canary }: RegionEntry,
  ageSecondsMax: number,
): Finding[] => {
  if (age !== null && age <= ageSecondsMax) return [];
  const [code, since] =
    age === null
      ? (['canary_never', 'was never stopped, as far as this node knows'] as const)
      : (['canary_old', `was last stopped ${Math.round(age)} s ago`] as const);
  const problem = canary?.problem;
  const what = `The canary of ${region} ${since}${problem ? `: ${problem}` : ''}`;
  const cure =
    'Run "estop drill" on an agent of that region, and see which gateway does not answer';
  return [age === null && !problem ? warning(code, what, cure) : critical(code, what, cure)];
};

/** Everything that a person should know, critical ones first. */
export const findingsOf = (examined: Examined): Finding[] => {
  const findings = [ofLog, ofSelf, ofGateways, ofRegions, ofNodes].flatMap((look) =>
    look(examined),
  );
  return worstFirst(findings);
};

const rank: Readonly<Record<Finding['severity'], number>> = { critical: 0, warning: 1, info: 2 };

export const worstFirst = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => rank[a.severity] - rank[b.severity]);
