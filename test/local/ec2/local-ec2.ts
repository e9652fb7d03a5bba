import {
  CreateFleetCommand,
  type CreateFleetRequest,
  CreateLaunchTemplateCommand,
  EC2Client,
  type FleetLaunchTemplateOverridesRequest,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { onTestFinished } from 'vitest';
import { localImages, localSecurityGroup, localSubnets } from '../../../lib/local/ec2/catalogue.ts';
import { startEc2Endpoint } from '../../../lib/local/ec2/ec2-server.ts';
import { Ec2World } from '../../../lib/local/ec2/world.ts';
import type { WorldSettings } from '../../../lib/local/ec2/world-settings.ts';

/** A world behind its endpoint, a clock that stands still and a real SDK client; all gone after the test. */
export async function startLocalEc2(settings: Partial<WorldSettings> = {}, maxAttempts = 1) {
  const clock = { nowMs: Date.parse('2026-11-24T12:00:00Z') };
  const world = new Ec2World({ now: () => clock.nowMs, ...settings });
  const endpoint = await startEc2Endpoint({ world });
  const ec2 = new EC2Client({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts,
  });
  onTestFinished(async () => {
    ec2.destroy();
    world.close();
    await endpoint.close();
  });
  return { world, ec2, clock, endpoint };
}

/** Creates a launch template that launches; members given replace the usual ones. Returns its id. */
export async function createTemplate(ec2: EC2Client, data: RequestLaunchTemplateData = {}): Promise<string> {
  const { LaunchTemplate: template } = await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: `template-${templates++}`,
      LaunchTemplateData: {
        ImageId: localImages.linuxArm64,
        SecurityGroupIds: [localSecurityGroup.groupId],
        UserData: Buffer.from('#!/bin/sh\necho "ö"').toString('base64'),
        ...data,
      },
    }),
  );
  return String(template?.LaunchTemplateId);
}

let templates = 1;

/** The id of the subnet in the zone with this letter. */
export function subnetIn(letter: 'a' | 'b' | 'c'): string {
  return localSubnets.find((subnet) => subnet.zone.endsWith(letter))?.subnetId ?? '';
}

/** An instant spot fleet from a fresh template; members given replace the usual ones. */
export async function createFleet(
  ec2: EC2Client,
  overrides: FleetLaunchTemplateOverridesRequest[],
  units: number,
  request: Partial<CreateFleetRequest> = {},
) {
  const LaunchTemplateId = await createTemplate(ec2);
  return ec2.send(
    new CreateFleetCommand({
      Type: 'instant',
      LaunchTemplateConfigs: [
        { LaunchTemplateSpecification: { LaunchTemplateId, Version: '1' }, Overrides: overrides },
      ],
      TargetCapacitySpecification: { TotalTargetCapacity: units, DefaultTargetCapacityType: 'spot' },
      SpotOptions: { AllocationStrategy: 'price-capacity-optimized' },
      ...request,
    }),
  );
}

/** The code of the error a call is refused with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'no error',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}
