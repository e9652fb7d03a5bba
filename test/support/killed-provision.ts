import type { AwsWorld } from './aws-world.ts';
import { KillSwitch } from './kill-switch.ts';
import { provision } from './lambda.ts';

/** A tick that died leaves its lease behind for this long. */
export const LEASE_MS = 30_000;

/** Invokes the provision handler in a process that dies at the given point: odd ones before a request, even ones after it. */
export async function killedAt(point: number, aws: AwsWorld): Promise<{ outcome: string; points: number }> {
  const kill = new KillSwitch(point);
  const clients = kill.guardClients(aws.newClients());
  const outcome = await Promise.race([provision(aws, { clients }).then(() => 'finished'), kill.killed]);
  await kill.quiet();
  return { outcome, points: kill.points };
}

/** A tick of a new process after the lease of the dead one has run out. */
export async function cleanTick(aws: AwsWorld): Promise<void> {
  aws.clock.advance(LEASE_MS + 1);
  await provision(aws, { clients: aws.newClients() });
}

/** The points of a tick that nobody kills. Closes the world. */
export async function countPoints(aws: AwsWorld): Promise<number> {
  const { outcome, points } = await killedAt(Number.POSITIVE_INFINITY, aws);
  await aws.close();
  if (outcome !== 'finished') throw new Error(outcome);
  return points;
}
