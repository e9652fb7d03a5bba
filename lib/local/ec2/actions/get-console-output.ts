import type { GetConsoleOutputRequest, GetConsoleOutputResult } from '@aws-sdk/client-ec2';
import { missingParameter } from '../ec2-error.ts';
import { requireInstances } from '../instance-selection.ts';
import type { Ec2World } from '../world.ts';

/** What the machine printed so far, base64; empty where instances are records only. */
export function getConsoleOutput(world: Ec2World, request: GetConsoleOutputRequest): GetConsoleOutputResult {
  if (request.InstanceId === undefined) throw missingParameter('InstanceId');
  const [instance] = requireInstances(world, [request.InstanceId]);
  const text = instance === undefined ? '' : (world.settings.machines?.consoleOutput?.(instance) ?? '');
  return {
    InstanceId: request.InstanceId,
    Timestamp: new Date(world.settings.now()),
    Output: Buffer.from(text).toString('base64'),
  };
}
