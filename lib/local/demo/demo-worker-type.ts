import type { WorkerType } from '../../core/worker-type-schema.ts';
import { parseWorkerType } from '../../core/worker-type-schema.ts';
import { fixturesOf, localRegions } from '../ec2/catalogue.ts';

/** The worker type that local mode begins with: two sizes and regions, up to 8 tasks at once, workers that soon leave. */
export function demoWorkerType(provisionerId: string, queueUrl: string): WorkerType {
  const parsed = parseWorkerType({
    provisionerId,
    workerType: 'demo',
    description: 'Hashes and compresses files of the installed packages',
    queueUrls: [queueUrl],
    maxCapacity: 8,
    maxPriceUsdPerHour: 0.08,
    instanceTypes: [
      { instanceType: 'c7g.medium', capacity: 1, utility: 1 },
      { instanceType: 'c7g.large', capacity: 2, utility: 2 },
    ],
    regions: localRegions.map((region) => {
      const { images, securityGroup, subnets } = fixturesOf(region);
      return {
        region,
        launchSpec: { imageId: images.linuxArm64.imageId, securityGroupIds: [securityGroup.groupId] },
        zones: subnets.map(({ subnetId, zone }) => ({ subnetId, availabilityZone: zone })),
      };
    }),
    idleTimeoutSeconds: 4,
    maxUptimeSeconds: 3600,
    maxLifetimeSeconds: 7200,
  });
  if (parsed.kind === 'invalid') throw new Error(`the demo worker type is invalid: ${JSON.stringify(parsed.problems)}`);
  return parsed.definition;
}
