import type { AccountEndpoints } from '../aws/account-clients.ts';
import { startIamEndpoint } from './iam/endpoint.ts';
import { startParametersEndpoint } from './parameters/endpoint.ts';
import { startQuotasEndpoint } from './quotas/endpoint.ts';

/** IAM, Service Quotas and SSM on loopback: what the check of definitions asks beside EC2 and SQS. */
export interface AccountServices {
  readonly endpoints: AccountEndpoints;
  readonly iam: Awaited<ReturnType<typeof startIamEndpoint>>;
  readonly quotas: Awaited<ReturnType<typeof startQuotasEndpoint>>;
  readonly parameters: Awaited<ReturnType<typeof startParametersEndpoint>>;
  close(): Promise<void>;
}

/** Starts them on ephemeral ports. `parameterValue` answers parameters that nobody has put, by region and name. */
export async function startAccountServices(
  parameterValue?: (region: string, name: string) => string | undefined,
): Promise<AccountServices> {
  const [iam, quotas, parameters] = await Promise.all([
    startIamEndpoint(),
    startQuotasEndpoint(),
    startParametersEndpoint(parameterValue === undefined ? {} : { otherwise: parameterValue }),
  ]);
  return {
    endpoints: { iam: iam.url, serviceQuotas: quotas.url, ssm: parameters.url },
    iam,
    quotas,
    parameters,
    close: async () => {
      await Promise.all([iam.close(), quotas.close(), parameters.close()]);
    },
  };
}
