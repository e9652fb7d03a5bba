import { expect, it } from 'vitest';
import { type Rehearsal, rehearsalFindings } from '../../../lib/core/check/rehearsal-findings.ts';
import { spotQuotaClass } from '../../../lib/core/check/spot-quota.ts';

const of = (rehearsal: Rehearsal) =>
  rehearsalFindings([{ region: 'us-east-1', pools: ['subnet-a/c7g.large'], rehearsal }]);
const refused = (kind: 'permission' | 'configuration' | 'unknown', code: string): Rehearsal => ({
  kind: 'refused',
  class: kind,
  code,
  message: 'said EC2',
  userDataBytes: 10,
});

it.each([
  ['a missing permission, which is one of the caller', refused('permission', 'UnauthorizedOperation'), 'error', '', []],
  [
    'a wrong request by its code',
    refused('configuration', 'InvalidParameterValue'),
    'error',
    '',
    ['subnet-a/c7g.large'],
  ],
  ['a code that nobody knows, and gives up no pool for it', refused('unknown', 'Odd'), 'error', '', []],
  [
    'user data that is too long',
    { kind: 'unbuildable', message: 'too long' },
    'error',
    'userData',
    ['subnet-a/c7g.large'],
  ],
  ['user data that is nearly too long', { kind: 'accepted', userDataBytes: 16_000 }, 'warning', 'userData', []],
] as const)('finds %s', (_, rehearsal, severity, path, pools) => {
  const { findings, unknown } = of(rehearsal);
  expect(findings).toMatchObject([{ severity, path, region: 'us-east-1', pools }]);
  expect(unknown).toEqual([]);
  if (rehearsal.kind === 'refused') expect(findings[0]?.value).toBe(rehearsal.code);
});

it('finds nothing in a launch that EC2 would have carried out', () => {
  expect(of({ kind: 'accepted', userDataBytes: 2000 })).toEqual({ findings: [], unknown: [] });
});

it('knows nothing of a rehearsal without an answer', () => {
  expect(of({ kind: 'unknown', reason: 'throttled' })).toEqual({
    findings: [],
    unknown: ['us-east-1: rehearsal of the launch: throttled'],
  });
});

it.each([
  ['c7g.large', 'standard'],
  ['im4gn.large', 'standard'],
  ['is4gen.large', 'standard'],
  ['g5.xlarge', 'g-vt'],
  ['gr6.4xlarge', 'g-vt'],
  ['vt1.3xlarge', 'g-vt'],
  ['p4d.24xlarge', 'p'],
  ['p5.48xlarge', 'p5'],
  ['f1.2xlarge', 'f'],
  ['inf2.xlarge', 'inf'],
  ['trn1.2xlarge', 'trn'],
  ['dl1.24xlarge', 'dl'],
  ['x2gd.large', 'x'],
  ['hpc7g.4xlarge', undefined],
  ['u-6tb1.56xlarge', undefined],
])('the spot quota of %s is %s', (instanceType, expected) => {
  expect(spotQuotaClass(instanceType)).toBe(expected);
});
