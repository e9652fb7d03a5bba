import pMap from 'p-map';
import type { Account } from '../control/check-ports.ts';
import type { AccountFacts, RegionFacts } from '../core/check/account-facts.ts';
import type { AccountLookups, RegionLookups } from '../core/check/account-lookups.ts';
import { lookUpInstanceProfiles, lookUpQueues } from './account-access.ts';
import type { AccountClients } from './account-clients.ts';
import { lookUpImages } from './account-images.ts';
import { lookUpInstanceTypes, lookUpOfferings } from './account-instance-types.ts';
import { lookUpGroupIds, lookUpKeyPairs, lookUpSubnets } from './account-network.ts';
import { lookUpSpotQuotas } from './account-quotas.ts';
import type { AwsClients } from './clients.ts';

/** Regions looked up at once; each of them has request limits of its own. */
const REGION_CONCURRENCY = 4;

/** The account as EC2, Service Quotas, SSM, IAM and SQS describe it. Reads only. */
export class Ec2Account implements Account {
  readonly #aws: Pick<AwsClients, 'ec2' | 'sqs'>;
  readonly #account: AccountClients;

  constructor(aws: Pick<AwsClients, 'ec2' | 'sqs'>, account: AccountClients) {
    this.#aws = aws;
    this.#account = account;
  }

  async lookUp(wanted: AccountLookups): Promise<AccountFacts> {
    const [regions, instanceProfiles, queues] = await Promise.all([
      pMap(
        wanted.regions,
        async ([region, lookups]): Promise<[string, RegionFacts]> => [region, await this.#region(region, lookups)],
        { concurrency: REGION_CONCURRENCY },
      ),
      lookUpInstanceProfiles(wanted.instanceProfileArns, this.#account.iam),
      lookUpQueues(wanted.queueUrls, this.#aws.sqs),
    ]);
    return { regions: new Map(regions), instanceProfiles, queues };
  }

  async #region(region: string, wanted: RegionLookups): Promise<RegionFacts> {
    const ec2 = this.#aws.ec2(region);
    const [images, instanceTypes, offerings, subnets, securityGroupIds, keyPairs, spotVcpuQuotas] = await Promise.all([
      lookUpImages(wanted.images, ec2, this.#account.ssm(region)),
      lookUpInstanceTypes(wanted.instanceTypes, ec2),
      lookUpOfferings(wanted.instanceTypes, ec2),
      lookUpSubnets(wanted.subnetIds, ec2),
      lookUpGroupIds(wanted.securityGroupIds, ec2),
      lookUpKeyPairs(wanted.keyNames, ec2),
      lookUpSpotQuotas(wanted.instanceTypes, this.#account.serviceQuotas(region)),
    ]);
    return {
      images,
      instanceTypes,
      offerings,
      subnets,
      securityGroupIds,
      keyPairs,
      spotVcpuQuotas,
    };
  }
}
