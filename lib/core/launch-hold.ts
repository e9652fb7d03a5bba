import { definitionKey } from './definition-key.ts';
import type { Refusal, RefusalClass } from './refusal.ts';
import { describeRefusal, isLasting } from './refusal.ts';
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
 * How long a type waits after requests that launched nothing at all, in seconds, and which of several refusals decides:
 * the first class in this order. Dry pools and quotas are remembered by pool and market and need no wait of the type. A
 * permission is one that comes by itself: others are for somebody to mend.
 */
const WAITS: readonly (readonly [RefusalClass, number | undefined])[] = [
  ['quota', undefined],
  ['throttled', 20],
  ['no-capacity', undefined],
  ['permission', 300],
  ['unknown', 300],
];

/** The refusals that suspend a type; a permission says most. */
const MENDED: readonly RefusalClass[] = ['permission', 'configuration'];

/**
 * The hold that follows all answers of one tick; undefined when something was launched or nothing was refused. What only
 * somebody can mend suspends the type; beside other answers it holds back its own pools alone.
 */
export function holdAfter(
  answer: {
    readonly launched: number;
    readonly refusals: readonly Refusal[];
    /** See needsMending. */
    readonly needsMending: boolean;
    readonly definition: WorkerType;
  },
  now: EpochMillis,
): LaunchHold | undefined {
  const { launched, refusals, definition } = answer;
  if (launched > 0) return undefined;
  if (answer.needsMending) {
    const gravest = firstOf(MENDED, refusals);
    return gravest === undefined ? undefined : holdFor(gravest, definition, now);
  }
  const passing = refusals.filter((refusal) => !isLasting(refusal));
  const gravest = firstOf(
    WAITS.map(([kind]) => kind),
    passing,
  );
  const [, seconds] = WAITS.find(([kind]) => kind === gravest?.class) ?? [];
  if (gravest === undefined || seconds === undefined) return undefined;
  return { ...holdFor(gravest, definition, now), until: secondsAfter(now, seconds) };
}

const firstOf = (classes: readonly RefusalClass[], refusals: readonly Refusal[]): Refusal | undefined =>
  classes.flatMap((kind) => refusals.find((refusal) => refusal.class === kind) ?? [])[0];

const holdFor = (refusal: Refusal, definition: WorkerType, now: EpochMillis): LaunchHold => ({
  since: now,
  class: refusal.class,
  reason: describeRefusal(refusal),
  definitionKey: definitionKey(definition),
});

/** Does the hold still bind? Not past its end, not for another definition. */
export const isHolding = (hold: LaunchHold | undefined, definition: WorkerType, now: EpochMillis): hold is LaunchHold =>
  hold !== undefined &&
  (hold.until === undefined || now < hold.until) &&
  hold.definitionKey === definitionKey(definition);
