/**
 * Why EC2 did not launch something. `no-capacity`: a pool is dry, dear or unsuitable. `quota`: the account's limit.
 * `throttled`: too many calls. `configuration`: the definition asks for what is not there. `permission`: we may not.
 * `unknown`: a code we do not know.
 */
export type RefusalClass = 'no-capacity' | 'quota' | 'throttled' | 'configuration' | 'permission' | 'unknown';

/** A refusal of the whole call, or of capacity pools, alike ones taken together. */
export interface Refusal {
  readonly class: RefusalClass;
  /** EC2's own code, as it came. */
  readonly code: string;
  /** EC2's own words, of the first where there are several. */
  readonly message: string;
  /** How many pools it stands for; absent for the whole call. */
  readonly count?: number;
  /** The pools, as `subnetId/instanceType`. */
  readonly pools?: readonly string[];
  readonly requestId?: string;
}

/**
 * Does a person have to mend something? Not when all that was asked came, and not where a dry pool or a throttle is
 * beside it: EC2 reports a type that one zone does not offer like an error of configuration.
 */
export const needsAttention = (answer: {
  readonly refusals: readonly Refusal[];
  readonly isComplete: boolean;
}): boolean =>
  !answer.isComplete &&
  answer.refusals.length > 0 &&
  answer.refusals.every(({ class: kind }) => kind !== 'no-capacity' && kind !== 'throttled');

/** Ends only when somebody mends the definition or the account. AWS verifies a new account by itself, within minutes or hours. */
export const isLasting = ({ class: kind, code }: Refusal): boolean =>
  (kind === 'permission' || kind === 'configuration') && code !== 'PendingVerification';

/** `configuration: InvalidAMIID.NotFound (The image ...)`. */
export function describeRefusal({ class: kind, code, message, count, pools = [] }: Refusal): string {
  const where =
    count === undefined
      ? ''
      : ` in ${count} ${count === 1 ? 'pool' : 'pools'} (${pools.slice(0, 3).join(', ')}${count > 3 ? ', ...' : ''})`;
  return `${kind}: ${code}${where} (${message})`;
}
