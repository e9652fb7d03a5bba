import type { Refusal, RefusalClass } from './refusal.ts';
import { describeRefusal } from './refusal.ts';
import type { EpochMillis } from './units.ts';
import { secondsAfter } from './units.ts';

/** A worker type launches nothing before `until`, or until its definition changes. */
export interface LaunchHold {
  readonly until: EpochMillis;
  readonly class: RefusalClass;
  readonly reason: string;
  /** The definition that was refused; another version is tried at once. */
  readonly definitionVersion: number;
}

/**
 * How long to wait after a request that launched nothing. A dry pool is worth another look soon; a quota, an error of
 * configuration or a missing permission does not mend itself within seconds, and each try costs a call that other
 * worker types need.
 */
const HOLD_SECONDS: Record<RefusalClass, number> = {
  'no-capacity': 30,
  throttled: 20,
  quota: 300,
  configuration: 300,
  permission: 300,
  unknown: 300,
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

/** The hold that follows an answer; undefined when something was launched or nothing was refused. */
export function holdAfter(
  answer: { readonly launched: number; readonly refusals: readonly Refusal[]; readonly definitionVersion: number },
  now: EpochMillis,
): LaunchHold | undefined {
  if (answer.launched > 0) return undefined;
  const [gravest] = [...answer.refusals].sort((a, b) => GRAVITY.indexOf(a.class) - GRAVITY.indexOf(b.class));
  if (gravest === undefined) return undefined;
  return {
    until: secondsAfter(now, HOLD_SECONDS[gravest.class]),
    class: gravest.class,
    reason: describeRefusal(gravest),
    definitionVersion: answer.definitionVersion,
  };
}

/** Does the hold still bind? */
export const isHolding = (
  hold: LaunchHold | undefined,
  definitionVersion: number,
  now: EpochMillis,
): hold is LaunchHold => hold !== undefined && hold.definitionVersion === definitionVersion && now < hold.until;
