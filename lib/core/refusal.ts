/**
 * Why EC2 did not launch something. `no-capacity`: a pool is dry, dear or unsuitable. `quota`: the account's limit.
 * `throttled`: too many calls. `configuration`: the definition asks for what is not there. `permission`: we may not.
 * `unknown`: a code we do not know.
 */
export type RefusalClass = 'no-capacity' | 'quota' | 'throttled' | 'configuration' | 'permission' | 'unknown';

/** One refusal, for the whole call or for one capacity pool. */
export interface Refusal {
  readonly class: RefusalClass;
  /** EC2's own code, as it came. */
  readonly code: string;
  readonly message: string;
  readonly instanceType?: string;
  readonly subnetId?: string;
  readonly requestId?: string;
}

/** Is it something that a person has to look at? A dry pool and a throttle pass by themselves. */
export const needsAttention = ({ class: kind }: Refusal): boolean => kind !== 'no-capacity' && kind !== 'throttled';

/** `configuration: InvalidAMIID.NotFound (The image ...)`. */
export const describeRefusal = ({ class: kind, code, message }: Refusal): string => `${kind}: ${code} (${message})`;
