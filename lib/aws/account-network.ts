import {
  DescribeKeyPairsCommand,
  type EC2Client,
  type Filter,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
  type SecurityGroup,
  type Subnet,
} from '@aws-sdk/client-ec2';
import type { Fact, SubnetFact } from '../core/check/account-facts.ts';
import { filterValues, lookUpAll, MAX_FILTER_VALUES } from './look-up.ts';

/** Subnets of one region. Asked by filter, like everything here: what is missing is left out and fails nothing. */
export function lookUpSubnets(
  ids: readonly string[],
  client: EC2Client,
): Promise<Map<string, Fact<SubnetFact | undefined>>> {
  return lookUpAll<SubnetFact | undefined>(
    ids,
    MAX_FILTER_VALUES,
    async (batch) => {
      const subnets = await describeSubnets(client, [{ Name: 'subnet-id', Values: [...batch] }]);
      return new Map(subnets.map((subnet) => [subnet.SubnetId ?? '', toFact(subnet)]));
    },
    undefined,
  );
}

/** The VPC of each security group, by id. */
export function lookUpGroupIds(
  ids: readonly string[],
  client: EC2Client,
): Promise<Map<string, Fact<string | undefined>>> {
  return lookUpAll<string | undefined>(
    ids,
    MAX_FILTER_VALUES,
    async (batch) => {
      const groups = await describeGroups(client, [{ Name: 'group-id', Values: [...batch] }]);
      return new Map(groups.map(({ GroupId: id, VpcId: vpcId }) => [id ?? '', vpcId]));
    },
    undefined,
  );
}

/** Which of the key pairs exist? */
export function lookUpKeyPairs(names: readonly string[], client: EC2Client): Promise<Map<string, Fact<boolean>>> {
  return lookUpAll(
    names,
    MAX_FILTER_VALUES,
    async (batch) => {
      const { KeyPairs: pairs = [] } = await client.send(
        new DescribeKeyPairsCommand({ Filters: [{ Name: 'key-name', Values: filterValues(batch) }] }),
      );
      return new Map(pairs.map(({ KeyName: name }) => [name ?? '', true]));
    },
    false,
  );
}

async function describeSubnets(client: EC2Client, Filters: Filter[]): Promise<Subnet[]> {
  const subnets: Subnet[] = [];
  for await (const page of paginateDescribeSubnets({ client }, { Filters })) subnets.push(...(page.Subnets ?? []));
  return subnets;
}

async function describeGroups(client: EC2Client, Filters: Filter[]): Promise<SecurityGroup[]> {
  const groups: SecurityGroup[] = [];
  for await (const page of paginateDescribeSecurityGroups({ client }, { Filters })) {
    groups.push(...(page.SecurityGroups ?? []));
  }
  return groups;
}

function toFact({ SubnetId: id, AvailabilityZone: zone, VpcId: vpcId, AvailableIpAddressCount: free }: Subnet) {
  if (zone === undefined || vpcId === undefined || free === undefined) {
    throw new Error(`EC2 does not say where ${id} lies or how many addresses it has`);
  }
  return { availabilityZone: zone, vpcId, freeAddresses: free };
}
