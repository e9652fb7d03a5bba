import type { WorkerType } from '../worker-type-schema.ts';
import type { AccountFacts, RegionFacts } from './account-facts.ts';
import { about, type Note, poolFails } from './notes.ts';
import type { PlacedPool } from './placed-pools.ts';

/** Is the key pair there? */
export function keyPairFindings(pool: PlacedPool, facts: RegionFacts): readonly Note[] {
  const { keyName } = pool.launchSpec;
  if (keyName === undefined) return [];
  return about(facts.keyPairs.get(keyName), `${pool.region}: key pair ${keyName}`, (exists) => {
    if (exists) return [];
    const message = `does not exist in ${pool.region}`;
    return [poolFails(pool, { path: pool.specPath('keyName'), value: keyName, message })];
  });
}

/** Is the instance profile there? Profiles belong to the account, not to a region. */
export function instanceProfileFindings(pool: PlacedPool, { instanceProfiles }: AccountFacts): readonly Note[] {
  const { instanceProfileArn: arn } = pool.launchSpec;
  if (arn === undefined) return [];
  return about(instanceProfiles.get(arn), `instance profile ${arn}`, (exists) => {
    if (exists) return [];
    return [poolFails(pool, { path: pool.specPath('instanceProfileArn'), value: arn, message: 'does not exist' })];
  });
}

/** Can the queues be read? Of one that cannot, the backlog is unknown: nothing is launched. */
export function queueFindings(
  { queueUrls }: WorkerType,
  homeRegion: string,
  { queues }: AccountFacts,
): readonly Note[] {
  return queueUrls.flatMap((url, index) =>
    about(queues.get(url), `queue ${url}`, (queue) => {
      if (queue.kind === 'readable') return [];
      const message = `cannot be read: ${queue.code}: ${queue.message}`;
      const path = `queueUrls[${index}]`;
      return [
        { kind: 'finding', finding: { severity: 'error', path, region: homeRegion, value: url, message, pools: [] } },
      ];
    }),
  );
}
