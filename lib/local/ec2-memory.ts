import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { InstanceRecord } from './ec2/instance-record.ts';
import type { Ec2World } from './ec2/world.ts';

/**
 * Remembers instances over restarts of local mode. Their processes end with it, but EC2 goes on describing what was
 * terminated for about an hour; without that, the provisioner could not tell a dead worker from one not visible yet.
 */
export function rememberInstances(file: string, world: Ec2World): void {
  const earliest = world.settings.now() - world.settings.tombstoneMs;
  const earlier = existsSync(file) ? readLines(file).filter(({ launchedAt }) => launchedAt >= earliest) : [];
  world.instanceStore.restoreTerminated(earlier);
  writeFileSync(file, earlier.map(toLine).join(''));
  world.onInstanceEvent(({ detail }) => {
    if (detail['state'] !== 'pending') return;
    const instance = world.instances().find(({ instanceId }) => instanceId === detail['instance-id']);
    if (instance !== undefined) appendFileSync(file, toLine(instance));
  });
}

/** Without user data: a machine that is gone reads none. */
const toLine = (instance: InstanceRecord): string =>
  `${JSON.stringify({ ...instance, tags: [...instance.tags], volumeTags: [...instance.volumeTags], userData: undefined })}\n`;

function readLines(file: string): InstanceRecord[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        const { tags, volumeTags, ...rest } = JSON.parse(line);
        return [{ ...rest, tags: new Map(tags), volumeTags: new Map(volumeTags), userData: new Uint8Array() }];
      } catch {
        // The last line of a run that was killed may be half a line.
        return [];
      }
    });
}
