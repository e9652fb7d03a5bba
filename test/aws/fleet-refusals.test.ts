import type { CreateFleetError } from '@aws-sdk/client-ec2';
import { expect, it } from 'vitest';
import { refusalsOf } from '../../lib/aws/fleet-refusals.ts';

const CODE = 'InsufficientInstanceCapacity';
const anError = (overrides?: { InstanceType?: string; SubnetId?: string }): CreateFleetError => ({
  ErrorCode: CODE,
  ErrorMessage: 'dry',
  ...(overrides === undefined ? {} : { LaunchTemplateAndOverrides: { Overrides: overrides as never } }),
});
const NAMED = { InstanceType: 'c7g.large', SubnetId: 'subnet-1' };

it('names the pools that EC2 names, and counts those', () => {
  const errors = [anError(NAMED), anError({ SubnetId: 'subnet-2' }), anError()];
  expect(refusalsOf({ Errors: errors, $metadata: { requestId: 'r' } })).toEqual([
    { class: 'no-capacity', code: CODE, message: 'dry', count: 1, pools: ['subnet-1/c7g.large'], requestId: 'r' },
  ]);
});

it('is a refusal of the whole call when EC2 names no pool', () => {
  expect(refusalsOf({ Errors: [anError(), anError({ InstanceType: 'c7g.large' })], $metadata: {} })).toEqual([
    { class: 'no-capacity', code: CODE, message: 'dry' },
  ]);
});
