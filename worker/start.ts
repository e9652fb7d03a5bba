import { readFile } from 'node:fs/promises';
import type { WorkerSettings } from '../lib/core/worker-settings-schema.ts';
import type { Log } from './log.ts';
import { MetadataClient } from './metadata-client.ts';
import type { ProcessGroups } from './process-groups.ts';
import { QueueClient } from './queue-client.ts';
import { retry } from './retry.ts';
import { RoleCredentials } from './role-credentials.ts';
import { parseSettings } from './settings.ts';
import { TaskQueues } from './task-queues.ts';
import type { Timing } from './timing.ts';
import { Watch } from './watch.ts';
import { WorkerLoop } from './worker-loop.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Finds out who and what this worker is. Throws when it cannot work: no settings, no credentials, no instance id. */
export async function startWorker(
  environment: Environment,
  timing: Timing,
  interruption: AbortController,
  groups: ProcessGroups,
  log: Log,
): Promise<WorkerLoop> {
  const metadata = new MetadataClient(environment['AWS_EC2_METADATA_SERVICE_ENDPOINT']);
  const patiently = <Value>(attempt: () => Promise<Value>) =>
    retry(attempt, timing.startSeconds * 1000, interruption.signal);

  const settings = await readSettings(environment['SPOT_WORKER_SETTINGS_FILE'], () =>
    patiently(() => metadata.get('user-data')),
  );
  const instanceId = await patiently(() => metadata.get('meta-data/instance-id'));
  if (instanceId === undefined) throw new Error('the metadata service knows no instance id');
  const credentials = new RoleCredentials(metadata);
  await patiently(() => credentials.current());

  const watch = new Watch(metadata, interruption, log);
  await watch.look();
  void watch.keepLooking(timing.watchEverySeconds);

  const { queueUrls, region, workerType, definitionVersion, capacity } = settings;
  const endpoint = environment['AWS_ENDPOINT_URL_SQS'];
  const queues = queueUrls.map((url) => new QueueClient({ url, region, endpoint }, credentials));
  log('worker-started', { instanceId, workerType, definitionVersion, capacity, queueUrls });
  const surroundings = {
    environment: {
      ...environment,
      SPOT_WORKER_INSTANCE_ID: instanceId,
      SPOT_WORKER_USER_DATA: JSON.stringify(settings.userData),
      // References only: a task reads the values itself, with the role of the instance.
      SPOT_WORKER_SECRETS: JSON.stringify(settings.secrets),
    },
    killGraceMs: timing.killGraceSeconds * 1000,
    groups,
    interruption: interruption.signal,
  };
  return new WorkerLoop(settings, new TaskQueues(queues, timing, log), { timing, log, surroundings }, watch);
}

async function readSettings(
  file: string | undefined,
  userData: () => Promise<string | undefined>,
): Promise<WorkerSettings> {
  const text = file ? await readFile(file, 'utf8') : await userData();
  const where = file ? `settings file ${file}` : 'user data';
  if (text === undefined) throw new Error(`${where}: there is none`);
  const parsed = parseSettings(text);
  if (parsed.kind === 'malformed') throw new Error(`${where}: ${parsed.problems.join('; ')}`);
  return parsed.value;
}
