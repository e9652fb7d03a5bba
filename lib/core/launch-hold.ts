import { definitionKey } from './definition-key.ts';
import type { Refusal, RefusalClass } from './refusal.ts';
import { describeRefusal } from './refusal.ts';
import type { EpochMillis } from './units.ts';
import { secondsAfter } from './units.ts';
import type { WorkerType } from './worker-type-schema.ts';

/** A worker type launches nothing for a while, or, suspended, until its definition changes or somebody resumes it. */
export interface LaunchHold {
  readonly since: EpochMillis;
  /** Absent: suspended. */
  readonly until?: EpochMillis;
  readonly class: RefusalClass;
  readonly reason: string;
  /** The definition that was refused (see definitionKey); another one is tried at once. */
  readonly definitionKey: string;
}

/**
 * How long a type waits after requests that launched nothing at all. Dry pools and quotas are remembered by pool and
 * market and need no wait of the type. What the definition asks for, or what we may not do, does not mend itself.
 */
const HOLDS: Record<RefusalClass, { readonly seconds: number } | 'suspend' | 'none'> = {
  permission: 'suspend',
  configuration: 'suspend',
  throttled: { seconds: 20 },
  unknown: { seconds: 300 },
  quota: 'none',
  'no-capacity': 'none',
};

/**
 * Which of several refusals decides. A dry pool goes before an error of configuration: EC2 reports a type that one zone
 * does not offer as such an error, and waiting for a definition to be mended would be waiting for nothing.
 */
const GRAVITY: readonly RefusalClass[] = [
  'permission',
  'quota',
  'throttled',
  'no-capacity',
  'configuration',
  'unknown',
];

/** The hold that follows all answers of one tick; undefined when something was launched or nothing was refused. */
export function holdAfter(
  answer: { readonly launched: number; readonly refusals: readonly Refusal[]; readonly definition: WorkerType },
  now: EpochMillis,
): LaunchHold | undefined {
  if (answer.launched > 0) return undefined;
  const [gravest] = [...answer.refusals].sort((a, b) => GRAVITY.indexOf(a.class) - GRAVITY.indexOf(b.class));
  if (gravest === undefined) return undefined;
  const hold = HOLDS[gravest.class];
  if (hold === 'none') return undefined;
  return {
    since: now,
    ...(hold === 'suspend' ? {} : { until: secondsAfter(now, hold.seconds) }),
    class: gravest.class,
    reason: describeRefusal(gravest),
    definitionKey: definitionKey(answer.definition),
  };
}

/** Does the hold still bind? Not past its end, not for another definition. */
export const isHolding = (hold: LaunchHold | undefined, definition: WorkerType, now: EpochMillis): hold is LaunchHold =>
  hold !== undefined &&
  (hold.until === undefined || now < hold.until) &&
  hold.definitionKey === definitionKey(definition);
