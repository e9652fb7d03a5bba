import { describe, expect, it } from 'vitest';
import { decide } from '../support/iam/evaluate.ts';
import { lintPolicy } from '../support/iam/lint.ts';
import { mutants } from '../support/iam/mutants.ts';
import { type Policy, readPolicy } from '../support/iam/policy.ts';
import { identityPolicies, resourcePolicies, trustPolicy } from '../support/iam/role-policies.ts';
import { logicalId } from '../support/iam/template.ts';
import type { Row, Subject } from './permission-row.ts';
import { permissionRows } from './permission-rows.ts';
import { onlyTemplate, synthesize } from './synthesized.ts';

const template = onlyTemplate(synthesize());
const roleIds = {
  provision: logicalId(template, 'AWS::IAM::Role', 'FunctionsProvision'),
  reap: logicalId(template, 'AWS::IAM::Role', 'FunctionsReap'),
  check: logicalId(template, 'AWS::IAM::Role', 'FunctionsCheck'),
  worker: logicalId(template, 'AWS::IAM::Role', 'Workers'),
  scheduler: logicalId(template, 'AWS::IAM::Role', 'Schedules'),
};
const policiesOf: Readonly<Record<Subject, readonly Policy[]>> = {
  provision: identityPolicies(template, roleIds.provision),
  reap: identityPolicies(template, roleIds.reap),
  check: identityPolicies(template, roleIds.check),
  worker: identityPolicies(template, roleIds.worker),
  scheduler: identityPolicies(template, roleIds.scheduler),
  'function trust': [trustPolicy(template, roleIds.provision)],
  'scheduler trust': [trustPolicy(template, roleIds.scheduler)],
  'worker trust': [trustPolicy(template, roleIds.worker)],
  topic: resourcePolicies(template, 'AWS::SNS::TopicPolicy'),
  'dead letters': resourcePolicies(template, 'AWS::SQS::QueuePolicy'),
};
const rows = permissionRows('main', template);
const answer = (row: Row, policies: readonly Policy[] = policiesOf[row.who]) => decide(policies, row);

describe('Permissions', () => {
  it.each(rows)('$fact: $action on $resource', (row) => {
    expect(answer(row)).toBe(row.wanted);
  });

  it('every role of the stack is one of those asked about, and has no policies besides', () => {
    const { Resources } = template;
    const roles = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
    expect(roles.map(([id]) => id).toSorted()).toEqual(Object.values(roleIds).toSorted());
    for (const [, { Properties }] of roles) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(Properties).not.toHaveProperty('Policies');
    }
  });

  it('all functions trust alike', () => {
    for (const id of [roleIds.reap, roleIds.check])
      expect(trustPolicy(template, id)).toEqual(trustPolicy(template, roleIds.provision));
  });

  it.each(Object.keys(roleIds) as (keyof typeof roleIds)[])(
    "AWS's tables know all that the %s role names",
    async (who) => {
      expect((await Promise.all(policiesOf[who].map(lintPolicy))).flat()).toEqual([]);
    },
  );
});

describe('The table of permissions', () => {
  it.each(Object.entries(policiesOf))('notices each change of a policy: %s', (who, policies) => {
    const [policy, ...others] = policies;
    if (policy === undefined || others.length > 0) throw new Error(`expected one policy of ${who}`);
    const asked = rows.filter((row) => row.who === who);
    const survivors = mutants(policy)
      .filter(({ policy: mutant }) => asked.every((row) => answer(row, [mutant]) === row.wanted))
      .map(({ change }) => change);
    expect(survivors).toEqual([]);
  });
});

describe('The lint of policies', () => {
  const lint = (statement: object) =>
    lintPolicy(
      readPolicy({ Statement: [{ Sid: 'S', Effect: 'Allow', Action: 'ec2:TerminateInstances', ...statement }] }),
    );
  const instances = 'arn:aws:ec2:eu-west-1:111122223333:instance/*';

  it.each([
    ['a mistyped action', { Action: 'ec2:TerminateInstance', Resource: '*' }, 'no action ec2:TerminateInstance'],
    [
      'a resource that the action does not know',
      { Resource: instances.replace('instance', 'volume') },
      'none of the resources',
    ],
    [
      'a resource where only * exists',
      { Action: 'ec2:DescribeInstances', Resource: instances },
      'none of the resources',
    ],
    [
      'a mistyped condition key',
      { Resource: instances, Condition: { StringEquals: { 'aws:ResourceTags/x': 'y' } } },
      'knows no key aws:ResourceTags/x',
    ],
    [
      'a key that the action does not carry',
      { Resource: instances, Condition: { StringEquals: { 'aws:RequestTag/x': 'y' } } },
      'knows no key aws:RequestTag/x',
    ],
  ])('finds %s', async (_, statement, problem) => {
    expect((await lint(statement)).join()).toContain(problem);
  });
});
