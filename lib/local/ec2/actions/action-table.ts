import type { Ec2World } from '../world.ts';
import { createFleet } from './create-fleet.ts';
import { describeFleets } from './describe-fleets.ts';
import { describeImages, describeKeyPairs } from './describe-images.ts';
import { describeInstanceTypeOfferings, describeInstanceTypes } from './describe-instance-types.ts';
import { describeInstanceStatus, describeInstances } from './describe-instances.ts';
import { describeLaunchTemplates, describeLaunchTemplateVersions } from './describe-launch-templates.ts';
import { describeAvailabilityZones, describeSecurityGroups, describeSubnets } from './describe-network.ts';
import { describeSpotPriceHistory } from './describe-spot-price-history.ts';
import { getConsoleOutput } from './get-console-output.ts';
import { createLaunchTemplate, createLaunchTemplateVersion, deleteLaunchTemplate } from './launch-templates.ts';
import { runInstances } from './run-instances.ts';
import { createTags, deleteTags, describeTags } from './tags.ts';
import { terminateInstances } from './terminate-instances.ts';

/** Runs one action. The input was decoded by the action's own schema, which is what its type says. */
export type Action = (world: Ec2World, input: never) => object;

const actions: Readonly<Record<string, Action>> = {
  CreateFleet: createFleet,
  CreateLaunchTemplate: createLaunchTemplate,
  CreateLaunchTemplateVersion: createLaunchTemplateVersion,
  CreateTags: createTags,
  DeleteLaunchTemplate: deleteLaunchTemplate,
  DeleteTags: deleteTags,
  DescribeAvailabilityZones: describeAvailabilityZones,
  DescribeFleets: describeFleets,
  DescribeImages: describeImages,
  DescribeInstances: describeInstances,
  DescribeInstanceStatus: describeInstanceStatus,
  DescribeInstanceTypeOfferings: describeInstanceTypeOfferings,
  DescribeInstanceTypes: describeInstanceTypes,
  DescribeKeyPairs: describeKeyPairs,
  DescribeLaunchTemplates: describeLaunchTemplates,
  DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
  DescribeSecurityGroups: describeSecurityGroups,
  DescribeSpotPriceHistory: describeSpotPriceHistory,
  DescribeSubnets: describeSubnets,
  DescribeTags: describeTags,
  GetConsoleOutput: getConsoleOutput,
  RunInstances: runInstances,
  TerminateInstances: terminateInstances,
};

/** The action of that name, or undefined where this endpoint does not imitate it. */
export function findAction(name: string): Action | undefined {
  return Object.hasOwn(actions, name) ? actions[name] : undefined;
}
