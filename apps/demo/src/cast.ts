import { Estop } from '#sdk';
import { InstanceProcess } from './instance-process.js';
import type { InstanceReport } from './instance-report.js';
import type { Ledger } from './ledger.js';
import { agents } from './plan.js';
import type { StandingMesh } from './standing-mesh.js';

export const templates = { broken: 'spring-v1', fixed: 'spring-v2' } as const;

interface Identity {
  readonly address: string;
  readonly addressId: string;
  readonly apiKey: string;
}

/** Who plays: the agents with their identities, the processes that run them, and the operator. */
export interface Cast {
  readonly operator: Estop;
  readonly campaign: Identity;
  readonly mailer: Identity;
  readonly billing: Identity;
}

export const register = async (mesh: StandingMesh): Promise<Cast> => {
  const baseUrls = mesh.gateways.map((gateway) => gateway.url);
  const { admin_key, operator_key, org, workspace } = mesh.credentials;
  const admin = new Estop({ baseUrls, apiKey: admin_key });
  const identity = async (name: string): Promise<Identity> => {
    const account = await admin.serviceAccounts.create({
      org_id: org,
      workspace_id: workspace,
      name,
    });
    const { service_account_id, agent_address } = account.service_account;
    const { key } = await admin.serviceAccounts.createKey(service_account_id);
    const { agent } = await admin.mesh.getAgent(agent_address);
    return { address: agent_address, addressId: agent.address_id, apiKey: key.token };
  };
  return {
    operator: new Estop({ baseUrls, apiKey: operator_key }),
    campaign: await identity(agents.campaign),
    mailer: await identity(agents.mailer),
    billing: await identity(agents.billing),
  };
};

/** Starts one instance of the campaign agent on each of the first three gateways; the last of them is the rogue. */
export const startCampaign = async (
  mesh: StandingMesh,
  cast: Cast,
  template: string,
  withRogue: boolean,
): Promise<InstanceProcess[]> => {
  const places = mesh.gateways.slice(0, 3);
  const instances = places.map(
    (gateway, index) =>
      new InstanceProcess(
        {
          role: 'campaign',
          gatewayUrl: gateway.url,
          apiKey: cast.campaign.apiKey,
          address: cast.campaign.address,
          mailer: cast.mailer.address,
          template,
          rogue: withRogue && index === places.length - 1,
        },
        gateway.id,
      ),
  );
  await Promise.all(instances.map((instance) => instance.ready()));
  return instances;
};

/** The e-mail provider, on the last gateway; what it mails goes into the ledger. */
export const startMailer = (mesh: StandingMesh, cast: Cast, ledger: Ledger): InstanceProcess =>
  startOther(mesh, cast, 'mailer', (report) => {
    if (report.kind === 'mailed') ledger.mailed(report.customers, report.template);
  });

export const startBilling = (mesh: StandingMesh, cast: Cast): InstanceProcess =>
  startOther(mesh, cast, 'billing', () => undefined);

const startOther = (
  mesh: StandingMesh,
  cast: Cast,
  role: 'mailer' | 'billing',
  onReport: (report: InstanceReport) => void,
): InstanceProcess => {
  const gateway = mesh.gateways[mesh.gateways.length - 1]!;
  const { apiKey, address } = cast[role];
  const order = {
    role,
    gatewayUrl: gateway.url,
    apiKey,
    address,
    mailer: '',
    template: '',
    rogue: false,
  };
  return new InstanceProcess(order, gateway.id, onReport);
};
