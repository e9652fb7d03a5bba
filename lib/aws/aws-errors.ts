import type { Refusal, RefusalClass } from '../core/refusal.ts';

/**
 * EC2's error codes by what to do about them. Sources: "Error codes for the Amazon EC2 API" and the codes that
 * Karpenter, runs-on and aws-parallelcluster met in the field. A code that is not here is `unknown`. So is a launch
 * template that is not found: it is ours and not the definition's, and made again.
 */
const CODES: Readonly<Record<Exclude<RefusalClass, 'unknown'>, readonly string[]>> = {
  'no-capacity': [
    'InsufficientInstanceCapacity',
    'InsufficientCapacity',
    'UnfulfillableCapacity',
    'InsufficientHostCapacity',
    'InsufficientCapacityOnHost',
    'SpotMaxPriceTooLow',
    'ReservationCapacityExceeded',
    'Unsupported',
    'InsufficientFreeAddressesInSubnet',
  ],
  quota: [
    'MaxSpotInstanceCountExceeded',
    'VcpuLimitExceeded',
    'InstanceLimitExceeded',
    'MaxFleetCountExceeded',
    'MaxSpotFleetRequestCountExceeded',
    'TargetCapacityLimitExceededException',
    'ResourceLimitExceeded',
    'ResourceCountExceeded',
    'LaunchTemplateLimitExceeded',
  ],
  throttled: ['RequestLimitExceeded', 'Throttling', 'ThrottlingException', 'EC2ThrottledException'],
  permission: [
    'UnauthorizedOperation',
    'AuthFailure',
    'AuthFailure.ServiceLinkedRoleCreationNotPermitted',
    'OptInRequired',
    'PendingVerification',
    'Blocked',
  ],
  configuration: [
    'InvalidAMIID.NotFound',
    'InvalidAMIID.Malformed',
    'InvalidAMIID.Unavailable',
    'InvalidParameterValue',
    'InvalidParameterCombination',
    'InvalidParameter',
    'InvalidInput',
    'InvalidLaunchTemplateId.NotFound',
    'InvalidSubnetID.NotFound',
    'InvalidGroup.NotFound',
    'InvalidSecurityGroupID.NotFound',
    'InvalidKeyPair.NotFound',
    'InvalidBlockDeviceMapping',
    'InvalidFleetConfiguration',
    'InvalidUserData.Malformed',
    'InvalidInstanceType',
    'MissingParameter',
    'ValidationError',
    'iamInstanceProfile.name is invalid',
  ],
};

const classByCode = new Map<string, RefusalClass>(
  Object.entries(CODES).flatMap(([kind, codes]) => codes.map((code) => [code, kind as RefusalClass] as const)),
);

/** Every code in the table, for tests and documentation. */
export const knownErrorCodes: readonly (readonly [string, RefusalClass])[] = [...classByCode];

/** The class of an EC2 error code. */
export const classifyCode = (code: string): RefusalClass => classByCode.get(code) ?? 'unknown';

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

const isSdkError = (error: unknown): error is SdkError => error instanceof Error;

/**
 * A refusal from an error of the whole call, or undefined when the call may have been carried out all the same: no
 * answer came, or a 5xx that says nothing about capacity or throttling. `IdempotentParameterMismatch` belongs there,
 * too: it proves that an earlier request with this token reached EC2.
 */
export function refusalOfError(error: unknown): Refusal | undefined {
  if (!isSdkError(error)) return undefined;
  const kind = classifyCode(error.name);
  const status = error.$metadata?.httpStatusCode;
  const isAmbiguous = kind === 'unknown' && (status === undefined || status >= 500);
  if (isAmbiguous || error.name === 'IdempotentParameterMismatch') return undefined;
  const requestId = error.$metadata?.requestId;
  return { class: kind, code: error.name, message: error.message, ...(requestId === undefined ? {} : { requestId }) };
}

/** `Name: message` of anything thrown, without a stack. */
export const describeError = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
