import { describe, expect, it } from 'vitest';
import { decide, type RequestContext } from './evaluate.ts';
import { readPolicy } from './policy.ts';

const INSTANCE = 'arn:aws:ec2:eu-west-1:111122223333:instance/i-1';
const statement = (changes: object) => ({
  Effect: 'Allow',
  Action: 'ec2:TerminateInstances',
  Resource: '*',
  ...changes,
});
const decideOn = (statements: object[], context: RequestContext = {}, resource = INSTANCE, principal = '') =>
  decide([readPolicy({ Version: '2012-10-17', Statement: statements })], {
    action: 'ec2:TerminateInstances',
    resource,
    context,
    principal,
  });

describe('IAM conditions', () => {
  const absent = {};
  const one = (value: string) => ({ k: value });
  const many = (...values: string[]) => ({ k: values });
  it.each<[operator: string, policyValues: unknown, context: RequestContext, wanted: 'allow' | 'deny']>([
    ['StringEquals', 'a', one('a'), 'allow'],
    ['StringEquals', ['a', 'b'], one('b'), 'allow'],
    ['StringEquals', 'a', one('A'), 'deny'],
    ['StringEquals', 'a*', one('ab'), 'deny'],
    ['StringEquals', 'a', absent, 'deny'],
    ['StringEqualsIfExists', 'a', absent, 'allow'],
    ['StringEqualsIfExists', 'a', one('b'), 'deny'],
    ['StringEqualsIgnoreCase', 'a', one('A'), 'allow'],
    ['StringNotEquals', 'a', one('b'), 'allow'],
    ['StringNotEquals', ['a', 'b'], one('b'), 'deny'],
    ['StringNotEquals', 'a', absent, 'allow'],
    ['StringLike', 'a*c?', one('abbcd'), 'allow'],
    ['StringLike', 'a.c', one('abc'), 'deny'],
    ['StringLike', 'a*', one('ba'), 'deny'],
    ['StringNotLike', 'a*', one('ab'), 'deny'],
    ['StringNotLike', 'a*', absent, 'allow'],
    ['ArnLike', 'arn:aws:sns:*:111122223333:a*', one('arn:aws:sns:eu-west-1:111122223333:ab'), 'allow'],
    ['ArnLike', 'arn:aws:sns:*:x', one('arn:aws:sns:eu-west-1:111122223333:x'), 'deny'],
    ['ArnEquals', 'arn:aws:iam::1:role/*', one('arn:aws:iam::1:role/a/b'), 'allow'],
    ['ArnNotEquals', 'arn:aws:iam::1:role/a', one('arn:aws:iam::1:role/a'), 'deny'],
    ['ArnNotLike', 'arn:aws:iam::1:role/*', one('arn:aws:iam::1:user/a'), 'allow'],
    ['Bool', 'true', one('true'), 'allow'],
    ['Bool', false, one('true'), 'deny'],
    ['Bool', 'false', absent, 'deny'],
    ['BoolIfExists', 'false', absent, 'allow'],
    ['Null', 'true', absent, 'allow'],
    ['Null', 'true', one('a'), 'deny'],
    ['Null', 'false', one('a'), 'allow'],
    ['Null', false, many('a'), 'allow'],
    ['Null', 'false', absent, 'deny'],
    ['ForAllValues:StringEquals', ['a', 'b'], many('a'), 'allow'],
    ['ForAllValues:StringEquals', ['a', 'b'], many('a', 'c'), 'deny'],
    ['ForAllValues:StringEquals', 'a', many(), 'allow'],
    ['ForAllValues:StringEquals', 'a', absent, 'allow'],
    ['ForAllValues:StringLike', 'a*', many('a', 'ab'), 'allow'],
    ['ForAllValues:StringNotEquals', 'a', many('b', 'c'), 'allow'],
    ['ForAllValues:StringNotEquals', 'a', many('a', 'c'), 'deny'],
    ['ForAnyValue:StringEquals', 'a', many('a', 'c'), 'allow'],
    ['ForAnyValue:StringEquals', 'a', many('b', 'c'), 'deny'],
    ['ForAnyValue:StringEquals', 'a', absent, 'deny'],
    ['ForAnyValue:StringNotEquals', 'a', many('a', 'c'), 'allow'],
    ['ForAnyValue:StringNotEquals', 'a', many('a'), 'deny'],
  ])('%s %j with %j gives %s', (operator, values, context, wanted) => {
    expect(decideOn([statement({ Condition: { [operator]: { k: values } } })], context)).toBe(wanted);
  });

  it.each(['StringEqual', 'NumericEquals', 'ForSomeValues:StringEquals', 'ForAnyValue:StringEqualsIfExists'])(
    '%s is not evaluated: it throws',
    (operator) => {
      expect(() => decideOn([statement({ Condition: { [operator]: { k: 'a' } } })], one('a'))).toThrow(
        /unknown|unclear/,
      );
    },
  );

  it('a list under an operator for one value throws', () => {
    expect(() => decideOn([statement({ Condition: { StringEquals: { k: 'a' } } })], many('a'))).toThrow('is a list');
  });

  it('all keys of all operators must hold', () => {
    const both = statement({ Condition: { StringEquals: { k: 'a', l: 'b' }, Null: { m: 'true' } } });
    expect(decideOn([both], { k: 'a', l: 'b' })).toBe('allow');
    expect(decideOn([both], { k: 'a', l: 'c' })).toBe('deny');
    expect(decideOn([both], { k: 'a', l: 'b', m: 'x' })).toBe('deny');
  });
});

describe('IAM statements', () => {
  it('a Deny wins over an Allow, whichever comes first', () => {
    expect(decideOn([statement({}), statement({ Effect: 'Deny' })])).toBe('deny');
    expect(decideOn([statement({ Effect: 'Deny' }), statement({})])).toBe('deny');
  });

  it('nothing that matches is a denial', () => {
    expect(decideOn([])).toBe('deny');
    expect(decideOn([statement({ Action: 'ec2:Terminate' })])).toBe('deny');
  });

  it('actions match in any case and by glob, resources by glob in their own case', () => {
    expect(decideOn([statement({ Action: ['s3:*', 'EC2:terminate*'] })])).toBe('allow');
    expect(decideOn([statement({ Resource: 'arn:aws:ec2:*:111122223333:instance/*' })])).toBe('allow');
    expect(decideOn([statement({ Resource: 'arn:aws:ec2:*:111122223333:INSTANCE/*' })])).toBe('deny');
  });

  it('a statement with principals speaks of these only', () => {
    const topicPolicy = [statement({ Principal: { Service: 'cloudwatch.amazonaws.com' } })];
    expect(decideOn(topicPolicy, {}, INSTANCE, 'cloudwatch.amazonaws.com')).toBe('allow');
    expect(decideOn(topicPolicy, {}, INSTANCE, 'events.amazonaws.com')).toBe('deny');
  });

  it('what it does not know throws instead of passing for something else', () => {
    expect(() => decideOn([statement({ NotAction: 'x' })])).toThrow('NotAction');
    expect(() => decideOn([statement({ Effect: 'allow' })])).toThrow('effect');
    expect(() => decideOn([statement({ Resource: ['arn:aws:ec2:*:*:$', '{aws:PrincipalTag/x}'].join('') })])).toThrow(
      'variables',
    );
    expect(() => decideOn([statement({})], {}, 'arn:aws:ec2:eu-west-1:1:instance/*')).toThrow('pattern');
  });
});
