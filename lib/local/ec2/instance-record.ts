/** How an instance is bought. */
export type Market = 'spot' | 'on-demand';

/** EC2's instance states. */
export type InstanceStateName = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

/** EC2's numbers for the instance states (InstanceState in the API reference). */
export const stateCodes: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** Why an instance changed state, as EC2 words it. */
export interface StateReason {
  readonly code: string;
  readonly message: string;
}

/** What is fixed about an instance from its launch on. */
export interface InstanceLaunch {
  readonly instanceType: string;
  readonly zone: string;
  readonly subnetId: string;
  readonly market: Market;
  readonly imageId: string;
  /** As EC2 says it: only of Windows instances. */
  readonly platform?: 'windows';
  readonly userData: Uint8Array;
  readonly keyName?: string;
  readonly securityGroupIds: readonly string[];
  readonly instanceProfileArn?: string;
  /** Whether the machine may read its tags from the instance metadata service. */
  readonly instanceMetadataTags: boolean;
  readonly httpTokens: 'optional' | 'required';
  /** What happens when the machine powers itself off. */
  readonly shutdownBehavior: 'stop' | 'terminate';
  readonly terminationProtection: boolean;
  readonly fleetId?: string;
  readonly clientToken?: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly volumeTags: ReadonlyMap<string, string>;
}

/** One instance of the world. The world owns and changes it; everybody else reads. Times are epoch milliseconds. */
export interface InstanceRecord extends Omit<InstanceLaunch, 'tags' | 'volumeTags'> {
  readonly instanceId: string;
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly volumeId: string;
  readonly spotRequestId?: string;
  readonly privateIpAddress: string;
  readonly launchedAt: number;
  /** Before this instant the API does not show the instance. */
  readonly visibleAt: number;
  readonly tags: Map<string, string>;
  readonly volumeTags: Map<string, string>;
  state: InstanceStateName;
  stateReason?: StateReason;
  stateTransitionReason: string;
  /** When the state changes by itself; undefined while it stays. */
  nextStateAt?: number;
  /** The spot interruption announced for this instance: when it was announced and when the instance ends. */
  interruption?: { readonly noticedAt: number; readonly terminateAt: number };
  /** When EC2 recommended replacing this instance. */
  rebalanceRecommendedAt?: number;
}
