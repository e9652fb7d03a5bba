import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  NoSuchResourceException,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import pMap from 'p-map';
import type { Fact } from '../core/check/account-facts.ts';
import { type SpotQuotaClass, spotQuotaClass, spotQuotas } from '../core/check/spot-quota.ts';
import { factOf } from './look-up.ts';

/** Service Quotas allows few calls a second: one after the other is quick enough. */
const CONCURRENCY = 1;

/** vCPUs that spot instances may use at once, for the classes of these instance types. */
export async function lookUpSpotQuotas(
  instanceTypes: readonly string[],
  client: ServiceQuotasClient,
): Promise<Map<SpotQuotaClass, Fact<number>>> {
  const classes = new Set(instanceTypes.map(spotQuotaClass).filter((each) => each !== undefined));
  const facts = await pMap(
    classes,
    async (each): Promise<[SpotQuotaClass, Fact<number>]> => [
      each,
      await factOf(() => quotaOf(spotQuotas[each].code, client)),
    ],
    { concurrency: CONCURRENCY },
  );
  return new Map(facts);
}

async function quotaOf(code: string, client: ServiceQuotasClient): Promise<number> {
  const input = { ServiceCode: 'ec2', QuotaCode: code };
  const { Quota: quota } = await client.send(new GetServiceQuotaCommand(input)).catch((error: unknown) => {
    // A quota that was never changed may have no value of its own in this account.
    if (error instanceof NoSuchResourceException) return client.send(new GetAWSDefaultServiceQuotaCommand(input));
    throw error;
  });
  if (quota?.Value === undefined) throw new Error(`Service Quotas answered no value of ${code}`);
  return quota.Value;
}
