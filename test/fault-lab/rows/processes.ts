import type { Stage } from '../episode/stage.js';
import type { LabProcess } from '../process/lab-process.js';
import { ALWAYS, type Row } from './row.js';

const away = (stage: Stage): number => stage.random.between(200, 2500);

const killed = (process: LabProcess) => ({
  begin: () => process.kill(),
  heal: () => process.start(),
});

const frozen = (process: LabProcess) => ({
  begin: async () => process.freeze(),
  heal: async () => process.thaw(),
});

const killGateway: Row = {
  name: 'kill-gateway',
  what: 'kill -9 of a gateway, and its return',
  invariants: ALWAYS,
  run: async (stage) => {
    const gateway = stage.random.of(stage.mesh.gateways);
    const { name } = gateway;
    const lastMs = away(stage);
    await stage.trouble(`kill -9 ${name}`, { ...killed(gateway), lastMs }, { gateways: [name] });
  },
};

const killNode: Row = {
  name: 'kill-node',
  what: 'kill -9 of a control node, and its return',
  invariants: ALWAYS,
  run: async (stage) => {
    const node = stage.random.of(stage.mesh.nodes);
    const { name } = node;
    const lastMs = away(stage);
    await stage.trouble(
      `kill -9 ${name}`,
      { ...killed(node), lastMs },
      { nodes: [name], until: () => stage.nodesReady() },
    );
  },
};

const killServer = (name: string, what: string, isLeader: boolean): Row => ({
  name,
  what,
  invariants: ALWAYS,
  run: async (stage) => {
    const leader = await stage.leader('CONTROL');
    const others = stage.mesh.servers.filter((it) => it.name !== leader);
    const server = isLeader ? stage.mesh.find(leader) : stage.random.of(others);
    await stage.trouble(
      `kill -9 ${server.name}`,
      { ...killed(server), lastMs: stage.random.between(500, 6000) },
      { logs: true, until: () => stage.logsLed() },
    );
  },
});

const killAllServers: Row = {
  name: 'kill-all-nats',
  what: 'kill -9 of all nats-servers at once, and their return',
  invariants: [...ALWAYS, 'I4'],
  run: async (stage) => {
    const { servers, gateways, nodes } = stage.mesh;
    await stage.trouble(
      'kill -9 of all nats-servers',
      {
        begin: async () => void (await Promise.all(servers.map((server) => server.kill()))),
        lastMs: stage.random.between(1000, 4000),
        heal: async () => void (await Promise.all(servers.map((server) => server.start()))),
      },
      {
        gateways: gateways.map(({ name }) => name),
        cutOff: gateways.map(({ name }) => name),
        nodes: nodes.map(({ name }) => name),
        logs: true,
        until: () => stage.logsLed(),
      },
    );
  },
};

const killProjector: Row = {
  name: 'kill-projector',
  what: 'kill -9 of the audit projector, and its return',
  invariants: [...ALWAYS, 'I7'],
  run: async (stage) => {
    const { projector } = stage.mesh;
    const lastMs = away(stage);
    await stage.trouble('kill -9 projector', { ...killed(projector), lastMs });
  },
};

const postgresDown: Row = {
  name: 'postgres-down',
  what: 'Postgres crashes, stays away, and comes back',
  invariants: [...ALWAYS, 'I7'],
  run: async (stage) => {
    const { database } = stage.mesh;
    await stage.trouble('Postgres is down', {
      begin: () => database.crash(),
      lastMs: stage.random.between(2000, 5000),
      heal: () => database.start(),
    });
  },
};

const freezeGateway = (name: string, fromMs: number, toMs: number): Row => ({
  name,
  what: `SIGSTOP of a gateway for ${fromMs / 1000} to ${toMs / 1000} s, and SIGCONT`,
  invariants: ALWAYS,
  run: async (stage) => {
    const gateway = stage.random.of(stage.mesh.gateways);
    const lastMs = stage.random.between(fromMs, toMs);
    await stage.trouble(
      `${gateway.name} stands still for ${(lastMs / 1000).toFixed(1)} s`,
      { ...frozen(gateway), lastMs },
      { gateways: [gateway.name] },
    );
  },
});

const freezeNode: Row = {
  name: 'freeze-node',
  what: 'SIGSTOP of a control node for 0.1 to 6 s, and SIGCONT',
  invariants: ALWAYS,
  run: async (stage) => {
    const node = stage.random.of(stage.mesh.nodes);
    const lastMs = stage.random.between(100, 6000);
    await stage.trouble(
      `${node.name} stands still for ${(lastMs / 1000).toFixed(1)} s`,
      { ...frozen(node), lastMs },
      { nodes: [node.name], until: () => stage.nodesReady() },
    );
  },
};

const freezeLeader: Row = {
  name: 'freeze-log-leader',
  what: 'SIGSTOP of the nats-server that leads the control log for 1 to 8 s, and SIGCONT',
  invariants: ALWAYS,
  run: async (stage) => {
    const server = stage.mesh.find(await stage.leader('CONTROL'));
    const lastMs = stage.random.between(1000, 8000);
    await stage.trouble(
      `${server.name}, which leads the log, stands still for ${(lastMs / 1000).toFixed(1)} s`,
      { ...frozen(server), lastMs },
      { logs: true, until: () => stage.logsLed() },
    );
  },
};

export const processRows: readonly Row[] = [
  killGateway,
  killNode,
  killServer('kill-nats-follower', 'kill -9 of a nats-server that does not lead the log', false),
  killServer('kill-log-leader', 'kill -9 of the nats-server that leads the control log', true),
  killAllServers,
  killProjector,
  postgresDown,
  freezeGateway('freeze-gateway', 100, 3000),
  freezeGateway('freeze-gateway-30s', 28_000, 30_000),
  freezeNode,
  freezeLeader,
];
