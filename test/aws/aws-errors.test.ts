import { describe, expect, it } from 'vitest';
import { classifyCode, describeError, knownErrorCodes, refusalOfError } from '../../lib/aws/aws-errors.ts';
import type { RefusalClass } from '../../lib/core/refusal.ts';

/** An error as the SDK throws it. */
const sdkError = (name: string, httpStatusCode?: number, message = 'words of EC2') =>
  Object.assign(new Error(message), {
    name,
    $metadata: { requestId: 'r-1', ...(httpStatusCode === undefined ? {} : { httpStatusCode }) },
  });

/** A sample of the classes, written down again: moving a code to another class is to be a decision. */
const EXPECTED: readonly (readonly [string, RefusalClass])[] = [
  ['InsufficientInstanceCapacity', 'no-capacity'],
  ['UnfulfillableCapacity', 'no-capacity'],
  ['SpotMaxPriceTooLow', 'no-capacity'],
  ['InsufficientFreeAddressesInSubnet', 'no-capacity'],
  ['MaxSpotInstanceCountExceeded', 'quota'],
  ['VcpuLimitExceeded', 'quota'],
  ['RequestLimitExceeded', 'throttled'],
  ['Throttling', 'throttled'],
  ['UnauthorizedOperation', 'permission'],
  ['AuthFailure.ServiceLinkedRoleCreationNotPermitted', 'permission'],
  ['InvalidAMIID.NotFound', 'configuration'],
  ['InvalidParameterValue', 'configuration'],
  ['InvalidSubnetID.NotFound', 'configuration'],
  ['InvalidLaunchTemplateName.NotFoundException', 'unknown'],
  ['InternalError', 'unknown'],
  ['NeverSeenBefore', 'unknown'],
];

describe('the class of an error code', () => {
  it.each(EXPECTED)('%s is %s', (code, kind) => expect(classifyCode(code)).toBe(kind));

  it('is one for each code: none is listed twice', () => {
    const codes = knownErrorCodes.map(([code]) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(new Set(knownErrorCodes.map(([, kind]) => kind)).size).toBe(5);
  });
});

describe('an error of a whole call', () => {
  it.each(knownErrorCodes)('%s is a refusal of class %s, also with a 5xx', (code, kind) => {
    for (const status of [400, 500, 503]) {
      expect(refusalOfError(sdkError(code, status))).toEqual({
        class: kind,
        code,
        message: 'words of EC2',
        requestId: 'r-1',
      });
    }
  });

  it('of an unknown code is a refusal when EC2 blames the request', () => {
    expect(refusalOfError(sdkError('NeverSeenBefore', 400))).toMatchObject({
      class: 'unknown',
      code: 'NeverSeenBefore',
    });
  });

  it.each([
    ['an internal error', sdkError('InternalError', 500)],
    ['an unavailable service', sdkError('Unavailable', 503)],
    ['a time-out', sdkError('TimeoutError')],
    ['a broken connection', new Error('socket hang up')],
    ['a token used for another request, which proves that one arrived', sdkError('IdempotentParameterMismatch', 400)],
    ['something thrown that is no error', 'text'],
  ])('is no refusal when the launch may have happened: %s', (_what, error) => {
    expect(refusalOfError(error)).toBeUndefined();
  });

  it('is told by name and message', () => {
    expect(describeError(sdkError('Unavailable', 503))).toBe('Unavailable: words of EC2');
    expect(describeError('text')).toBe('text');
  });
});
