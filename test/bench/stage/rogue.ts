import { Estop } from '#sdk';

interface Where {
  readonly baseUrl: string;
  readonly adminKey: string;
  readonly org: string;
  readonly workspace: string;
}

/** Registers an agent. */
export const newAgent = async (
  { baseUrl, adminKey, org, workspace }: Where,
  name: string,
): Promise<{ readonly address: string; readonly apiKey: string }> => {
  const admin = new Estop({ baseUrl, apiKey: adminKey });
  const made = await admin.serviceAccounts.create({ org_id: org, workspace_id: workspace, name });
  const { service_account_id: id, agent_address: address } = made.service_account;
  const { key } = await admin.serviceAccounts.createKey(id);
  return { address, apiKey: key.token };
};
