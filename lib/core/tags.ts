/**
 * The tags by which the provisioner knows its own. IAM conditions, the EC2 sweep and the worker all read these
 * constants, so a typo cannot separate them.
 *
 * Keys are limited to letters, digits and `+ - = . , _ : @`: with instance tags visible in the metadata service EC2
 * refuses a launch whose tag keys hold a slash or a space.
 */
export const tagKeys = {
  /** Whose it is: the provisionerId. Every IAM condition hangs on this one. */
  owner: 'spot-provisioner',
  workerType: 'spot-provisioner:worker-type',
  launchId: 'spot-provisioner:launch-id',
  definitionVersion: 'spot-provisioner:definition-version',
  /** Tasks that the worker runs at once. */
  capacity: 'spot-provisioner:capacity',
  /** The age limit at launch, for the reaper when the definition is gone. */
  maxLifetimeSeconds: 'spot-provisioner:max-lifetime-seconds',
  /** Whom to ask about the worker type: the definition's `owner`. */
  contact: 'spot-provisioner:contact',
  /** Written while the worker runs: see `signals`. */
  signal: 'spot-provisioner:signal',
  name: 'Name',
} as const;

/** Values of the signal tag. `stop`: finish what runs, take no more, leave. `stay`: hold the minimum, do not idle out. */
export const signals = ['stop', 'stay'] as const;
export type Signal = (typeof signals)[number];

/** EC2 takes 50 tags for each resource. */
const MAX_TAGS = 50;

/** Tags that a definition may set, beside the provisioner's own. */
export const MAX_DEFINITION_TAGS = MAX_TAGS - Object.keys(tagKeys).length;

/** Is the key AWS's or the provisioner's own? EC2 reserves `aws:` in any case of letters. */
export const isReservedTagKey = (key: string): boolean =>
  key.toLowerCase().startsWith('aws:') || key.startsWith(tagKeys.owner) || key === tagKeys.name;
