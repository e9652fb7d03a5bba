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

/**
 * Every second point, from the first or the second on. Between the answer to a request and the next request the servers
 * stay as they are: where one request follows the other, both series meet them in every state.
 */
export const everySecondPoint = (points: number, from: 1 | 2): number[] =>
  Array.from({ length: Math.floor((points - from) / 2) + 1 }, (_, index) => from + 2 * index);

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
