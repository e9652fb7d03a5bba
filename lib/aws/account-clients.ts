import { IAMClient } from '@aws-sdk/client-iam';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SSMClient } from '@aws-sdk/client-ssm';

/** Clients of the services that only the check of definitions asks: a launch needs none of them. */
export interface AccountClients {
  readonly iam: IAMClient;
  /** The same region answers the same client. */
  serviceQuotas(region: string): ServiceQuotasClient;
  ssm(region: string): SSMClient;
  /** Closes the connections of every client built so far. */
  destroy(): void;
}

/** Where these services are, when not at AWS. */
export interface AccountEndpoints {
  readonly iam: string;
  readonly serviceQuotas: string;
  readonly ssm: string;
}

const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 20_000, throwOnRequestTimeout: true };
/** Service Quotas allows few calls a second, and nobody waits for the answer: the SDK may be patient. */
const MAX_ATTEMPTS = 4;

/** Clients for AWS, or for the endpoints given. */
export function accountClients(homeRegion: string, endpoints?: AccountEndpoints): AccountClients {
  const common = {
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: TIMEOUTS,
    ...(endpoints === undefined ? {} : { credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
  };
  const at = (endpoint: string | undefined) => (endpoint === undefined ? {} : { endpoint });
  const iam = new IAMClient({ ...common, region: homeRegion, ...at(endpoints?.iam) });
  const quotas = new Map<string, ServiceQuotasClient>();
  const ssm = new Map<string, SSMClient>();
  return {
    iam,
    serviceQuotas: kept(
      quotas,
      (region) => new ServiceQuotasClient({ ...common, region, ...at(endpoints?.serviceQuotas) }),
    ),
    ssm: kept(ssm, (region) => new SSMClient({ ...common, region, ...at(endpoints?.ssm) })),
    destroy: () => {
      for (const client of [iam, ...quotas.values(), ...ssm.values()]) client.destroy();
    },
  };
}

const kept =
  <Client>(clients: Map<string, Client>, build: (region: string) => Client) =>
  (region: string): Client => {
    const client = clients.get(region) ?? build(region);
    clients.set(region, client);
    return client;
  };
