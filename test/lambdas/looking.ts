import { tagKeys } from '../../lib/core/tags.ts';
import type { InstanceRecord } from '../../lib/local/ec2/instance-record.ts';
import type { AwsWorld } from '../support/aws-world.ts';

/** The instances of one worker type in the home region, gone ones included. */
export const instancesOf = ({ world }: AwsWorld, workerType = 'build') =>
  world.instances().filter(({ tags }) => tags.get(tagKeys.workerType) === workerType);
/** The instances of one worker type of one provisioner in the home region. */
export const instancesFor = (aws: AwsWorld, provisionerId: string, workerType: string): InstanceRecord[] =>
  instancesOf(aws, workerType).filter(({ tags }) => tags.get(tagKeys.owner) === provisionerId);
/** What the last tick left on the board about one worker type. */
export const statusOf = async (aws: AwsWorld, workerType = 'build', provisionerId = 'acme') =>
  (await aws.portsOf(provisionerId).board.load()).workerTypes.find((status) => status.workerType === workerType);

/** The fleet requests in a region whose launch templates' names contain `template`: subnets, target and outcome, oldest first. */
export function ordersFor({ worlds }: AwsWorld, template: string, region = 'us-east-1') {
  const requests = worlds.get(region)?.requests ?? [];
  return requests
    .filter(({ action, input }) => action === 'CreateFleet' && JSON.stringify(input).includes(template))
    .map(({ input, outcome }) => {
      const { LaunchTemplateConfigs: configs, TargetCapacitySpecification: target } = input as unknown as FleetRequest;
      const overrides = configs.flatMap(({ Overrides }) => Overrides);
      const { TotalTargetCapacity: targetCapacity, DefaultTargetCapacityType: market } = target;
      return { subnets: overrides.map(({ SubnetId }) => SubnetId), overrides, targetCapacity, market, outcome };
    });
}

/** The parts of a fleet request that every request of ours has. */
interface FleetRequest {
  readonly TargetCapacitySpecification: {
    readonly TotalTargetCapacity: number;
    readonly DefaultTargetCapacityType: string;
  };
  readonly LaunchTemplateConfigs: readonly {
    readonly Overrides: readonly { readonly SubnetId: string; readonly InstanceType: string }[];
  }[];
}
