import type { WorkerSettings } from '../lib/core/worker-settings-schema.ts';
import { FieldReader, type Parsed } from './document.ts';

const ANY = Number.MAX_SAFE_INTEGER;

/** Reads the user data (or the settings file). Accepts and answers exactly what `workerSettingsSchema` does. */
export function parseSettings(text: string): Parsed<WorkerSettings> {
  const read = new FieldReader(text);
  read.integer('contract', 1, 1);
  return read.result({
    contract: 1,
    provisionerId: read.string('provisionerId'),
    workerType: read.string('workerType'),
    definitionVersion: read.integer('definitionVersion', -ANY, ANY),
    capacity: read.integer('capacity', 1, ANY),
    region: read.string('region'),
    queueUrls: read.strings('queueUrls'),
    idleTimeoutSeconds: read.positive('idleTimeoutSeconds'),
    maxUptimeSeconds: read.positive('maxUptimeSeconds'),
    userData: read.object('userData') as WorkerSettings['userData'],
    secrets: read.stringMap('secrets'),
  });
}
